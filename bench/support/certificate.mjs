import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** Creates a self-signed certificate for 127.0.0.1, as two files in the folder. */
export function makeCertificate(folder) {
  const certPath = path.join(folder, 'cert.pem');
  const keyPath = path.join(folder, 'key.pem');
  const subject = ['-subj', '/CN=streamdiver-dl bench', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyPath];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...subject, ...key, '-out', certPath], {
    stdio: 'pipe',
  });
  return { certPath, keyPath };
}
