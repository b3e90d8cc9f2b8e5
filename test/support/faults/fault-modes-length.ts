import {
  chunk,
  type FaultMode,
  halfOf,
  headersWith,
  inTurn,
  LAST_CHUNK,
  OVERCOME,
  overcomeOrRefused,
  refused,
  wellBehaved,
} from './fault-mode.ts';
import type { FaultHandler } from './fault-server.ts';
import type { ServedObject } from './served-object.ts';

/** Far more than any object of these tests, to detect a client that never stops, without filling the disk. */
const ENDLESS_BYTES = 64 * 1024 * 1024;

const CUTS: readonly (readonly [where: string, offset: (object: ServedObject) => number])[] = [
  ['before its first byte', () => 0],
  ['after its first byte', () => 1],
  ['at half', halfOf],
  ['before its last byte', (object) => object.bytes.length - 1],
];

function cutShort(offset: (object: ServedObject) => number): (object: ServedObject) => FaultHandler {
  return (object) => (_request, reply) => reply.file(object, { cutAtByte: offset(object) });
}

/** A chunked 200 that ignores Range; `isTerminated` still writes the last chunk. */
function chunked(
  connection: 'close' | 'keep-alive',
  sizeOf: (object: ServedObject) => number,
  isTerminated: boolean,
): (object: ServedObject) => FaultHandler {
  return (object) => async (_request, reply) => {
    const fields = { 'Transfer-Encoding': 'chunked', Connection: connection, 'Accept-Ranges': undefined };
    await reply.head(200, headersWith(object, fields));
    const body = object.bytes.subarray(0, sizeOf(object));
    for (let start = 0; start < body.length; start += 16_384) {
      await reply.raw(chunk(body.subarray(start, start + 16_384)));
    }
    if (isTerminated) await reply.raw(LAST_CHUNK);
    if (!isTerminated || connection === 'close') await reply.end();
  };
}

/** A body that ends with the connection. */
function untilClose(sizeOf: (object: ServedObject) => number): (object: ServedObject) => FaultHandler {
  return (object) => async (_request, reply) => {
    await reply.head(200, headersWith(object, { Connection: 'close', 'Accept-Ranges': undefined }));
    await reply.raw(object.bytes.subarray(0, sizeOf(object)));
    await reply.end();
  };
}

/** The whole object after these header lines, then the end of the connection. */
function framedAs(...lines: readonly ((object: ServedObject) => string)[]): FaultMode['handler'] {
  return (object) => async (_request, reply) => {
    const fields = lines.map((line) => `${line(object)}\r\n`).join('');
    await reply.raw(`HTTP/1.1 200 OK\r\nContent-Type: ${object.contentType}\r\n${fields}\r\n`);
    await reply.raw(object.bytes);
    await reply.end();
  };
}

function endless(framing: 'chunked' | 'until close'): FaultMode['handler'] {
  return (object) => async (_request, reply) => {
    const fields = framing === 'chunked' ? { 'Transfer-Encoding': 'chunked' } : { Connection: 'close' };
    await reply.head(200, headersWith(object, { ...fields, 'Accept-Ranges': undefined }));
    const send = (bytes: Uint8Array) => reply.raw(framing === 'chunked' ? chunk(bytes) : bytes);
    await send(object.bytes);
    for (let sentBytes = 0; sentBytes < ENDLESS_BYTES && !reply.isClosed; sentBytes += 65_536) {
      await send(Buffer.alloc(65_536, 'x'));
    }
    await reply.end();
  };
}

const whole = (object: ServedObject) => object.bytes.length;
const lengthLine = (object: ServedObject) => `Content-Length: ${object.bytes.length}`;

/** Bodies whose length differs from the announced one (RFC 9112 section 6). */
export const LENGTH_MODES: readonly FaultMode[] = [
  ...CUTS.flatMap(([where, offset]): FaultMode[] => [
    {
      failureCase: 48,
      name: `the first body is cut ${where}`,
      outcome: OVERCOME,
      handler: (object) => inTurn(cutShort(offset)(object), wellBehaved(object)),
    },
    { failureCase: 48, name: `every body is cut ${where}`, outcome: refused(6), handler: cutShort(offset) },
  ]),
  {
    failureCase: 49,
    name: 'a complete chunked body',
    outcome: OVERCOME,
    handler: chunked('keep-alive', whole, true),
  },
  {
    failureCase: 49,
    name: 'the first chunked body is cut before its last chunk, with Connection: close',
    outcome: OVERCOME,
    handler: (object) => inTurn(chunked('close', halfOf, false)(object), wellBehaved(object)),
  },
  ...(['close', 'keep-alive'] as const).map(
    (connection): FaultMode => ({
      failureCase: 49,
      name: `every chunked body is cut before its last chunk, with Connection: ${connection}`,
      outcome: refused(6, 10),
      plain: { exitCode: 6 },
      handler: chunked(connection, halfOf, false),
    }),
  ),
  {
    failureCase: 49,
    name: 'a chunked body that ends properly after half of the object',
    outcome: refused(6, 10),
    plain: { exitCode: 6 },
    handler: chunked('keep-alive', halfOf, true),
  },
  {
    failureCase: 50,
    name: 'a complete body that ends with the connection',
    outcome: OVERCOME,
    handler: untilClose(whole),
  },
  {
    failureCase: 50,
    name: 'a complete body of unknown size that ends with the connection',
    outcome: overcomeOrRefused(10),
    plain: { exitCode: 10 },
    apiSizeBytes: () => null,
    handler: untilClose(whole),
  },
  {
    failureCase: 50,
    name: 'a truncated body that ends with the connection',
    outcome: refused(6, 10),
    plain: { exitCode: 6 },
    handler: untilClose(halfOf),
  },
  {
    failureCase: 50,
    name: 'a truncated body of unknown size that ends with the connection',
    outcome: refused(6, 7, 10),
    plain: { exitCode: 10 },
    apiSizeBytes: () => null,
    handler: untilClose(halfOf),
  },
  {
    failureCase: 51,
    name: 'the API lists one byte too many',
    outcome: refused(10),
    apiSizeBytes: (object) => object.bytes.length + 1,
    handler: wellBehaved,
  },
  {
    failureCase: 51,
    name: 'the API lists one byte too few',
    outcome: refused(10),
    apiSizeBytes: (object) => object.bytes.length - 1,
    handler: wellBehaved,
  },
  {
    failureCase: 51,
    name: 'the API lists twice the size',
    outcome: refused(10),
    apiSizeBytes: (object) => object.bytes.length * 2,
    handler: wellBehaved,
  },
  {
    failureCase: 51,
    name: 'the API lists 0 bytes',
    // An archive needs none: its end record and checksums verify it.
    outcome: OVERCOME,
    plain: { exitCode: 10 },
    apiSizeBytes: () => 0,
    handler: wellBehaved,
  },
  {
    failureCase: 51,
    name: 'a Content-Length that is one byte too large',
    outcome: refused(6, 10),
    plain: { exitCode: 10 },
    handler: framedAs((object) => `Content-Length: ${object.bytes.length + 1}`),
  },
  {
    failureCase: 51,
    name: 'a Content-Length that is one byte too small',
    outcome: refused(6, 10),
    plain: { exitCode: 10 },
    handler: framedAs((object) => `Content-Length: ${object.bytes.length - 1}`),
  },
  {
    failureCase: 52,
    name: 'an endless chunked body',
    outcome: refused(6, 10),
    plain: { exitCode: 10 },
    handler: endless('chunked'),
  },
  {
    failureCase: 52,
    name: 'an endless body without Content-Length',
    outcome: refused(6, 10),
    plain: { exitCode: 10 },
    handler: endless('until close'),
  },
  {
    failureCase: 53,
    name: 'two different Content-Length headers',
    outcome: refused(6, 7),
    plain: { exitCode: 7 },
    handler: framedAs(lengthLine, () => 'Content-Length: 10'),
  },
  {
    failureCase: 53,
    name: 'Content-Length with a chunked body',
    outcome: refused(6, 7, 10),
    plain: { exitCode: 7 },
    handler: framedAs(lengthLine, () => 'Transfer-Encoding: chunked'),
  },
  ...(
    [
      // The HTTP parser rejects some of these, which looks like a broken connection.
      ['-1', 6],
      ['1e6', 7],
      ['0x10', 6],
      ['18446744073709551616', 7],
      ['', 6],
      ['10, 20', 7],
    ] as const
  ).map(
    ([value, exitCode]): FaultMode => ({
      failureCase: 53,
      name: `Content-Length: ${JSON.stringify(value)}`,
      // A parser may treat some of these as no length. What matters is that no wrong file is kept.
      outcome: overcomeOrRefused(6, 7, 10),
      plain: { exitCode },
      handler: framedAs(() => `Content-Length: ${value}`),
    }),
  ),
];
