import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from './temp-folder.ts';

export interface Certificate {
  readonly keyPem: string;
  readonly certPem: string;
  /** The certificate file, for `--cacert` and the CA variables. */
  readonly certPath: string;
}

export interface CertificateOptions {
  /** The names it is valid for, in the format of openssl. */
  readonly names?: readonly string[];
  /** It expired yesterday. */
  readonly isExpired?: boolean;
}

/** Creates a self-signed certificate with the `openssl` command. */
export function makeCertificate(options: CertificateOptions = {}): Certificate {
  const { names = ['IP:127.0.0.1', 'IP:127.0.0.2', 'DNS:localhost'], isExpired = false } = options;
  const folder = makeTempFolder('certificate-');
  const paths = {
    key: join(folder, 'key.pem'),
    request: join(folder, 'request.pem'),
    extensions: join(folder, 'extensions.cnf'),
    cert: join(folder, 'cert.pem'),
  };
  writeFileSync(
    paths.extensions,
    `basicConstraints=critical,CA:TRUE\nsubjectAltName=${names.join(',')}\nsubjectKeyIdentifier=hash\n`,
  );
  openssl(
    ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ['-subj', '/CN=streamdiver-dl test', '-keyout', paths.key, '-out', paths.request],
  );
  openssl(
    ['x509', '-req', '-in', paths.request, '-signkey', paths.key, '-days', isExpired ? '-1' : '2'],
    ['-extfile', paths.extensions, '-out', paths.cert],
  );
  return {
    keyPem: readFileSync(paths.key, 'utf8'),
    certPem: readFileSync(paths.cert, 'utf8'),
    certPath: paths.cert,
  };
}

function openssl(...parts: readonly (readonly string[])[]): void {
  execFileSync('openssl', parts.flat(), { stdio: 'pipe' });
}
