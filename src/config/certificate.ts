import { X509Certificate } from 'node:crypto';
import { ExpectedError } from '../errors.ts';

/**
 * Node passes over what is no certificate in silence, and the connection fails for another reason then.
 * @param file how the user named it
 * @throws ExpectedError CONFIG unless the bytes begin with a certificate in PEM form
 */
export function assertCertificate(bytes: Buffer, file: string): void {
  try {
    void new X509Certificate(bytes);
  } catch (error) {
    throw new ExpectedError('CONFIG', `${file} is not a certificate in PEM form`, {
      cause: error,
      hint: 'name a file that holds -----BEGIN CERTIFICATE-----',
    });
  }
}
