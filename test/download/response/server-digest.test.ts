import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readServerDigests } from '../../../src/download/response/server-digest.ts';
import { toHttpHeaders } from '../../../src/http/headers.ts';

function digest(hash: string, form: 'base64' | 'hex' = 'base64'): string {
  return createHash(hash).update('bytes').digest(form);
}

const SHA256 = { hash: 'sha256', hex: digest('sha256', 'hex') };
const MD5 = { hash: 'md5', hex: digest('md5', 'hex') };

test.each<[name: string, headers: Record<string, string>, whole: unknown, part: unknown]>([
  ['Repr-Digest', { 'repr-digest': `sha-256=:${digest('sha256')}:` }, SHA256, SHA256],
  [
    'Content-Digest, which covers the body',
    { 'content-digest': `sha-256=:${digest('sha256')}:` },
    SHA256,
    null,
  ],
  ['Digest', { digest: `SHA-256=${digest('sha256')}` }, SHA256, SHA256],
  ['Content-MD5, which covers the body', { 'content-md5': digest('md5') }, MD5, null],
  ['x-amz-checksum-sha256', { 'x-amz-checksum-sha256': digest('sha256') }, SHA256, null],
  ['ignores that of a multipart upload', { 'x-amz-checksum-sha256': `${digest('sha256')}-7` }, null, null],
  [
    'ignores a composite one',
    { 'x-amz-checksum-sha256': digest('sha256'), 'x-amz-checksum-type': 'COMPOSITE' },
    null,
    null,
  ],
  ['x-goog-hash', { 'x-goog-hash': `crc32c=AAAAAA==,md5=${digest('md5')}` }, MD5, MD5],
  [
    'the strongest of several',
    { 'content-md5': digest('md5'), digest: `sha-256=${digest('sha256')}` },
    SHA256,
    SHA256,
  ],
  ['ignores an unknown algorithm', { 'repr-digest': 'blake3=:AAAA:' }, null, null],
  ['ignores an ETag', { etag: `"${digest('md5', 'hex')}"` }, null, null],
])('case 62: %s', (_name, headers, whole, part) => {
  expect(readServerDigests(toHttpHeaders(headers), true)).toMatchObject({ digest: whole, malformed: [] });
  expect(readServerDigests(toHttpHeaders(headers), false)).toMatchObject({ digest: part, malformed: [] });
});

test.each([
  ['repr-digest', '???'],
  ['repr-digest', 'sha-256=:AAAA:'],
  ['repr-digest', `sha-256=${digest('sha256')}`],
  ['digest', `sha-256=${digest('md5')}`],
  ['content-md5', digest('md5', 'hex')],
  ['content-md5', ''],
  ['x-goog-hash', 'md5'],
  ['x-amz-checksum-sha256', 'not base64 at all'],
])('case 62: reports %s: %s as malformed and ignores it', (field, value) => {
  expect(readServerDigests(toHttpHeaders({ [field]: value }), true)).toEqual({
    digest: null,
    malformed: [field],
  });
});
