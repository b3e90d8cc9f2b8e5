import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { inspectStart } from '../../../src/download/response/expected-content.ts';
import { couldBeArchive, verifyContent } from '../../../src/download/verify/verify-content.ts';

const BYTES = Buffer.from('a video without any structure of its own');
const VIDEO = { mimeType: 'video/mp4', isCompressed: false, name: 'a.mp4', mustBeArchive: false };
const ARCHIVE = { mimeType: 'application/zip', isCompressed: true, name: 'a.zip', mustBeArchive: false };

function verify(hex: string, sizeBytes: number | null = null) {
  return verifyContent(
    { sizeBytes: BYTES.length, read: async (start, end) => BYTES.subarray(start, end) },
    { sizeBytes, expected: VIDEO, checksum: null, wantsSha256: false },
    { signal: new AbortController().signal, onEvent: () => undefined },
    { hash: 'sha256', hex, field: 'repr-digest' },
  );
}

describe('a file without checksums of its own', () => {
  test("is compared with the server's digest", async () => {
    const right = createHash('sha256').update(BYTES).digest('hex');
    const { verified } = await verify(right, BYTES.length);
    expect(verified).toEqual({ size: true, archive: false, crc: false, checksum: true });
  });

  test('is rejected if the digest differs', async () => {
    await expect(verify('0'.repeat(64))).rejects.toThrow(
      "the SHA256 of the file does not match the server's (repr-digest)",
    );
  });

  test('is rejected if it is one byte shorter than listed', async () => {
    await expect(verify('0'.repeat(64), BYTES.length + 1)).rejects.toMatchObject({
      code: 'INTEGRITY',
      message: expect.stringContaining('the package lists 41'),
    });
  });
});

test.each(['PK\u0003\u0004rest', 'PK\u0005\u0006', 'P'])('accepts %j as the start of an archive', (head) => {
  expect(() => inspectStart(ARCHIVE, Buffer.from(head, 'latin1'), null)).not.toThrow();
});

test('rejects a file that must be an archive but is not', () => {
  expect(() => inspectStart({ ...VIDEO, mustBeArchive: true }, BYTES, 'video/mp4')).toThrow(
    expect.objectContaining({
      code: 'BAD_RESPONSE',
      message: 'the file is not a zip archive, so it cannot be unpacked',
    }),
  );
});

test('rejects PK followed by other bytes as an archive', () => {
  expect(() => inspectStart(ARCHIVE, Buffer.from('PK\u0001\u0002'), null)).toThrow(
    'instead of the zip archive',
  );
});

test.each([
  ['PK\u0003\u0004', true],
  ['PK\u0007\u0008', true],
  ['PK\u0003', false],
  ['PK\u0003\u0003', false],
  ['', false],
])('a whole file of %j could be an archive: %j', async (text, isArchive) => {
  const bytes = Buffer.from(text, 'latin1');
  const read = async (start: number, end: number) => bytes.subarray(start, end);
  expect(await couldBeArchive({ sizeBytes: bytes.length, read })).toBe(isArchive);
});
