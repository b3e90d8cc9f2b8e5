import { contentRangeOf, fromFirstByte } from '../../../src/sandbox/files/range-request.ts';
import {
  cutAtHalfThen,
  type FaultMode,
  halfOf,
  headersWith,
  inTurn,
  ONLY_DIGEST_KNOWS,
  OVERCOME,
  overcomeOrRefused,
  refused,
} from './fault-mode.ts';
import type { FaultReply } from './fault-response.ts';
import type { FaultHandler } from './fault-server.ts';
import { rangeFor, type ServedObject } from './served-object.ts';

interface Asked {
  readonly start: number;
  readonly end: number;
  readonly totalBytes: number;
}

/** Cuts the first body in half, and responds to every later Range request as the test specifies. */
function answersRangesWith(
  answer: (object: ServedObject, asked: Asked, reply: FaultReply) => Promise<void>,
): FaultMode['handler'] {
  return (object) =>
    cutAtHalfThen(object, (request, reply) => {
      const decision = rangeFor(request.headers, object);
      if (decision.status !== 206) return reply.file(object);
      return answer(object, { ...decision, totalBytes: object.bytes.length }, reply);
    });
}

/** A 206 with the requested bytes, but another Content-Range (undefined: none). */
function labeledAs(contentRange: (asked: Asked) => string | undefined): FaultMode['handler'] {
  return answersRangesWith((object, asked, reply) =>
    reply.send(
      206,
      headersWith(object, { 'Content-Range': contentRange(asked) }),
      object.bytes.subarray(asked.start, asked.end),
    ),
  );
}

const LABELS: readonly (readonly [name: string, contentRange: (asked: Asked) => string | undefined])[] = [
  ['no Content-Range', () => undefined],
  ['an empty Content-Range', () => ''],
  ['a range that starts one byte early', (a) => `bytes ${a.start - 1}-${a.end - 1}/${a.totalBytes}`],
  ['a range that starts one byte late', (a) => `bytes ${a.start + 1}-${a.end - 1}/${a.totalBytes}`],
  ['a range that claims to start at 0', (a) => `bytes 0-${a.end - a.start - 1}/${a.totalBytes}`],
  ['a range that ends one byte early', (a) => `bytes ${a.start}-${a.end - 2}/${a.totalBytes}`],
  ['a range that ends one byte late', (a) => `bytes ${a.start}-${a.end}/${a.totalBytes}`],
  ['a range that ends before it starts', (a) => `bytes ${a.end}-${a.start}/${a.totalBytes}`],
  ['a total that is one byte too large', (a) => `bytes ${a.start}-${a.end - 1}/${a.totalBytes + 1}`],
  ['twice the total', (a) => `bytes ${a.start}-${a.end - 1}/${a.totalBytes * 2}`],
  ['a total smaller than its end', (a) => `bytes ${a.start}-${a.end - 1}/${a.end - 1}`],
  ['another unit', (a) => `octets ${a.start}-${a.end - 1}/${a.totalBytes}`],
  ['a negative start', (a) => `bytes -${a.start}-${a.end - 1}/${a.totalBytes}`],
  ['numbers beyond 2^53', () => 'bytes 9007199254740993-9007199254740999/9007199254741000'],
  ['words instead of numbers', () => 'bytes one-two/three'],
];

/** The requested number of bytes from the start of the object, with the correct Content-Range, like the sandbox. */
const fromTheStart = answersRangesWith((object, { start, end, totalBytes }, reply) => {
  const decision = fromFirstByte({ status: 206, start, end });
  return reply.send(
    206,
    headersWith(object, { 'Content-Range': contentRangeOf(decision, totalBytes) }),
    object.bytes.subarray(0, end - start),
  );
});

/** The correct Content-Range, but the bytes before it: only the content reveals it. */
const shiftedBytes = answersRangesWith((object, asked, reply) =>
  reply.send(
    206,
    headersWith(object, { 'Content-Range': `bytes ${asked.start}-${asked.end - 1}/${asked.totalBytes}` }),
    object.bytes.subarray(asked.start - 1, asked.end - 1),
  ),
);

const multipart = answersRangesWith((object, asked, reply) =>
  reply.send(
    206,
    headersWith(object, { 'Content-Type': 'multipart/byteranges; boundary=cut' }),
    Buffer.concat([
      Buffer.from(
        `--cut\r\nContent-Range: bytes ${asked.start}-${asked.end - 1}/${asked.totalBytes}\r\n\r\n`,
      ),
      object.bytes.subarray(asked.start, asked.end),
      Buffer.from('\r\n--cut--\r\n'),
    ]),
  ),
);

/** Fewer bytes than requested, correctly labeled, which RFC 9110 section 15.3.7 allows. */
const shorterRange = answersRangesWith((object, asked, reply) => {
  const end = Math.min(asked.end, asked.start + Math.ceil(object.bytes.length / 8));
  return reply.send(
    206,
    headersWith(object, { 'Content-Range': `bytes ${asked.start}-${end - 1}/${asked.totalBytes}` }),
    object.bytes.subarray(asked.start, end),
  );
});

const unasked206: FaultMode['handler'] = (object) => (request, reply) =>
  request.headers.has('range')
    ? reply.file(object)
    : reply.send(
        206,
        headersWith(object, {
          'Content-Range': `bytes 0-${object.bytes.length - 1}/${object.bytes.length}`,
        }),
        object.bytes,
      );

function unsatisfiable(object: ServedObject): FaultHandler {
  return (_request, reply) => reply.send(416, [['Content-Range', `bytes */${object.bytes.length}`]], '');
}

/** The correct first half, and a second half that is off by one byte. */
function shiftedHalf(object: ServedObject): Buffer {
  const { bytes } = object;
  return Buffer.concat([bytes.subarray(0, halfOf(object)), bytes.subarray(halfOf(object) - 1, -1)]);
}

/** Responses to a Range request that are not the range (RFC 9110 sections 14 and 15.3.7). */
export const RANGE_MODES: readonly FaultMode[] = [
  {
    failureCase: 70,
    name: 'a 200 to every Range request',
    outcome: OVERCOME,
    handler: (object) =>
      cutAtHalfThen(object, (_request, reply) => reply.file(object, { withoutRanges: true })),
  },
  ...LABELS.map(
    ([name, contentRange]): FaultMode => ({
      failureCase: 71,
      name: `every 206 has ${name}`,
      outcome: overcomeOrRefused(6, 7, 10),
      plain: { exitCode: 0 },
      handler: labeledAs(contentRange),
    }),
  ),
  {
    failureCase: 71,
    name: 'every 206 has an unknown total',
    outcome: overcomeOrRefused(6, 7, 10),
    plain: { exitCode: 0 },
    handler: labeledAs((a) => `bytes ${a.start}-${a.end - 1}/*`),
  },
  {
    failureCase: 71,
    name: 'every 206 is the start of the object',
    outcome: overcomeOrRefused(6, 7, 10),
    plain: { exitCode: 0 },
    handler: fromTheStart,
  },
  {
    failureCase: 71,
    name: 'every 206 has the bytes before the right ones',
    outcome: overcomeOrRefused(10),
    plain: { exitCode: ONLY_DIGEST_KNOWS, undetected: shiftedHalf, undetectedKinds: ['etag'] },
    handler: shiftedBytes,
  },
  {
    failureCase: 71,
    name: 'every 206 is multipart/byteranges',
    outcome: overcomeOrRefused(6, 7, 10),
    plain: { exitCode: 0 },
    handler: multipart,
  },
  {
    failureCase: 71,
    name: 'every 206 is shorter than requested',
    outcome: overcomeOrRefused(6, 10),
    plain: { exitCode: 0 },
    handler: shorterRange,
  },
  {
    failureCase: 71,
    name: 'a 206 with the whole file to a request without Range',
    outcome: OVERCOME,
    plain: { exitCode: 0 },
    handler: unasked206,
  },
  {
    failureCase: 72,
    name: 'one 416 to a valid Range',
    outcome: overcomeOrRefused(6, 10),
    plain: { exitCode: 0 },
    handler: (object) =>
      cutAtHalfThen(
        object,
        inTurn(unsatisfiable(object), (_request, reply) => reply.file(object)),
      ),
  },
  {
    failureCase: 72,
    name: 'a 416 to every Range request',
    outcome: overcomeOrRefused(6, 7, 10),
    plain: { exitCode: 0 },
    handler: (object) =>
      cutAtHalfThen(object, (request, reply) =>
        request.headers.has('range') ? unsatisfiable(object)(request, reply) : reply.file(object),
      ),
  },
  {
    failureCase: 72,
    name: 'a 416 to every request',
    outcome: refused(6, 7, 10),
    plain: { exitCode: 6 },
    handler: unsatisfiable,
  },
];
