import { X509Certificate } from 'node:crypto';
import { ExpectedError } from '../errors.ts';

/**
 * Node silently ignores a file without a certificate, and the connection fails for a different reason.
 * @param file the path as typed by the user
 * @throws ExpectedError CONFIG unless the bytes start with a PEM certificate
 */
export function assertCertificate(bytes: Buffer, file: string): void {
  try {
    void new X509Certificate(bytes);
  } catch (error) {
    throw new ExpectedError('CONFIG', `${file} is not a PEM certificate`, {
      cause: error,
      hint: 'use a file that contains -----BEGIN CERTIFICATE-----',
    });
  }
}
