import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { SIGN_IN_PAGE, storageError } from '../../../src/sandbox/faults/fault-responses.ts';
import { withFlippedBit } from '../../../src/sandbox/faults/send-body.ts';
import {
  chunk,
  cutAtHalfThen,
  type FaultMode,
  halfOf,
  headersWith,
  LAST_CHUNK,
  NEEDS_DIGEST,
  OVERCOME,
  refused,
  wellBehaved,
} from './fault-mode.ts';
import type { FaultHandler } from './fault-server.ts';
import type { ServedObject } from './served-object.ts';

/** A Zstandard frame of raw blocks (RFC 8878 section 3.1.1), because no supported Node version can compress it. */
function zstdFrame(bytes: Buffer): Buffer {
  const blocks: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])];
  for (let start = 0; start < bytes.length; start += 65_536) {
    const block = bytes.subarray(start, start + 65_536);
    const isLast = start + 65_536 >= bytes.length;
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | (isLast ? 1 : 0), 0, 3);
    blocks.push(header, block);
  }
  return Buffer.concat(blocks);
}

function brotli(bytes: Buffer): Buffer {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}

/** Encoded before the first request, so that compressing does not look like a slow server. */
function encoded(coding: string, encode: (bytes: Buffer) => Buffer): FaultMode['handler'] {
  return (object) => {
    const body = encode(object.bytes);
    return (_request, reply) => reply.send(200, headersWith(object, { 'Content-Encoding': coding }), body);
  };
}

function answer(
  status: number,
  contentType: string,
  body: string | ((object: ServedObject) => Buffer),
): FaultMode['handler'] {
  return (object) => (_request, reply) =>
    reply.send(status, [['Content-Type', contentType]], typeof body === 'string' ? body : body(object));
}

const chunkedPage: FaultHandler = async (_request, reply) => {
  await reply.head(200, { 'Content-Type': 'text/html', 'Transfer-Encoding': 'chunked' });
  await reply.raw(chunk(Buffer.from(SIGN_IN_PAGE)));
  await reply.raw(LAST_CHUNK);
};

export const ACCESS_DENIED_XML = storageError(403, 'Request has expired');

function flipped(object: ServedObject, offset: number): ServedObject {
  return { ...object, bytes: withFlippedBit(object.bytes, offset) };
}

const FLIPS: readonly (readonly [where: string, offset: (sizeBytes: number) => number])[] = [
  ['in its first byte', () => 0],
  ['in the middle', (sizeBytes) => Math.floor(sizeBytes / 2)],
  // The last two bytes of an archive are the length of its comment.
  ['in its last byte', (sizeBytes) => sizeBytes - 1],
];

const gzipTransfer: FaultMode['handler'] = (object) => {
  const body = chunk(gzipSync(object.bytes));
  return async (_request, reply) => {
    await reply.head(200, headersWith(object, { 'Transfer-Encoding': 'gzip, chunked' }));
    await reply.raw(body);
    await reply.raw(LAST_CHUNK);
  };
};

function padded(object: ServedObject, text: string): Buffer {
  return Buffer.from(text.padEnd(object.bytes.length, ' ')).subarray(0, object.bytes.length);
}

const OTHER_CONTENT = 'nothing like an archive';

/** A flipped bit in the first response only. */
function flippedOnce(object: ServedObject): FaultHandler {
  let count = 0;
  return (_request, reply) => {
    count += 1;
    return reply.file(count === 1 ? flipped(object, halfOf(object)) : object);
  };
}

/** Bytes that are not the object: other encodings, error pages, damage in transit. */
export const CONTENT_MODES: readonly FaultMode[] = [
  {
    failureCase: 54,
    name: 'unrequested Content-Encoding: gzip',
    outcome: refused(7, 10),
    plain: { exitCode: 10 },
    handler: encoded('gzip', gzipSync),
  },
  {
    failureCase: 54,
    name: 'unrequested Content-Encoding: br',
    outcome: refused(7, 10),
    plain: { exitCode: 10 },
    handler: encoded('br', brotli),
  },
  {
    failureCase: 54,
    name: 'unrequested Content-Encoding: zstd',
    outcome: refused(7, 10),
    plain: { exitCode: 10 },
    handler: encoded('zstd', zstdFrame),
  },
  {
    failureCase: 54,
    name: 'Content-Encoding: gzip over plain bytes',
    outcome: refused(7, 10),
    plain: { exitCode: 10 },
    handler: encoded('gzip', (bytes) => bytes),
  },
  {
    failureCase: 54,
    name: 'Content-Encoding: identity',
    outcome: OVERCOME,
    handler: encoded('identity', (bytes) => bytes),
  },
  {
    failureCase: 54,
    name: 'Transfer-Encoding: gzip, chunked',
    outcome: refused(6, 7, 10),
    plain: { exitCode: 7 },
    handler: gzipTransfer,
  },
  {
    failureCase: 55,
    name: 'an HTML page with 200',
    outcome: refused(7),
    handler: answer(200, 'text/html', SIGN_IN_PAGE),
  },
  {
    failureCase: 55,
    name: 'an HTML page with 200 and the length of the object',
    outcome: refused(7),
    handler: answer(200, 'text/html', (object) => padded(object, SIGN_IN_PAGE)),
  },
  {
    failureCase: 55,
    name: 'other bytes with 200 and the length of the object',
    outcome: refused(7),
    plain: { exitCode: 0, undetected: (object) => padded(object, OTHER_CONTENT) },
    handler: answer(200, 'application/zip', (object) => padded(object, OTHER_CONTENT)),
  },
  {
    failureCase: 55,
    name: 'a JSend error with 200',
    outcome: refused(7),
    handler: answer(200, 'application/json', '{"status":"error","message":"storage is down"}'),
  },
  {
    failureCase: 55,
    name: 'an empty body with 200',
    outcome: refused(6, 7, 10),
    plain: { exitCode: 10 },
    handler: answer(200, 'application/zip', ''),
  },
  {
    failureCase: 38,
    name: '204',
    outcome: refused(7, 10),
    plain: { exitCode: 7 },
    handler: () => (_request, reply) => reply.head(204),
  },
  {
    failureCase: 38,
    name: '205',
    outcome: refused(7, 10),
    plain: { exitCode: 7 },
    handler: answer(205, 'application/zip', ''),
  },
  {
    failureCase: 55,
    name: 'an XML AccessDenied with 403',
    outcome: refused(3, 4),
    plain: { exitCode: 4 },
    handler: answer(403, 'application/xml', ACCESS_DENIED_XML),
  },
  {
    failureCase: 55,
    name: 'an HTML page with 200 after half of the object',
    outcome: refused(7),
    handler: (object) => cutAtHalfThen(object, answer(200, 'text/html', SIGN_IN_PAGE)(object)),
  },
  {
    failureCase: 55,
    name: 'an HTML page with 200 and no Content-Length after half of an object of unknown size',
    outcome: refused(7),
    handler: (object) => cutAtHalfThen(object, chunkedPage),
    apiSizeBytes: () => null,
  },
  {
    failureCase: 38,
    name: '204 after half of the object',
    outcome: refused(7),
    handler: (object) => cutAtHalfThen(object, (_request, reply) => reply.head(204)),
  },
  ...FLIPS.map(
    ([where, offset]): FaultMode => ({
      failureCase: 61,
      name: `every body has a flipped bit ${where}`,
      outcome: refused(7, 10),
      plain: {
        exitCode: NEEDS_DIGEST,
        undetected: (object) => flipped(object, offset(object.bytes.length)).bytes,
      },
      handler: (object) => wellBehaved(flipped(object, offset(object.bytes.length))),
    }),
  ),
  {
    failureCase: 61,
    name: 'the first body has a flipped bit in the middle',
    outcome: { exitCodes: [0, 10], finalFile: 'by exit code' },
    plain: { exitCode: NEEDS_DIGEST, undetected: (object) => flipped(object, halfOf(object)).bytes },
    handler: flippedOnce,
  },
];
