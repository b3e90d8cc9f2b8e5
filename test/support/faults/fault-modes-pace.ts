import { setTimeout as delay } from 'node:timers/promises';
import { FAST_CLOCK_SPEED } from '../fast-clock.ts';
import {
  cutAtHalfThen,
  type FaultMode,
  halfOf,
  headersWith,
  inTurn,
  OVERCOME,
  refused,
  wellBehaved,
} from './fault-mode.ts';
import { formatHead } from './fault-response.ts';
import type { FaultHandler } from './fault-server.ts';
import { bytesFor, type ServedObject } from './served-object.ts';

const FAST_SECOND_MS = 1_000 / FAST_CLOCK_SPEED;

/** Partial responses are combined only if the server identifies versions. The number of restarts is limited. */
const NEEDS_VERSIONS = { bare: 6, etag: 0, digest: 6, 'etag and digest': 0 };

const silent: FaultHandler = (_request, reply) => reply.stall();
const resetAtOnce: FaultHandler = (_request, reply) => reply.reset();
const closeAtOnce: FaultHandler = (_request, reply) => reply.end();

function stopAtHalf(cutBy: 'reset' | 'stall'): FaultMode['handler'] {
  return (object) => (_request, reply) => reply.file(object, { cutAtByte: halfOf(object), cutBy });
}

/** Resets `count` responses, each after at most an eighth of the body, then behaves. The cuts are always the same. */
function resetOften(count: number): FaultMode['handler'] {
  return (object) => {
    let resets = 0;
    return (request, reply) => {
      resets += 1;
      if (resets > count) return reply.file(object);
      const { start, end } = bytesFor(request.headers, object);
      const spanBytes = 1 + ((resets * 40_503) % Math.max(1, Math.min(65_536, (end - start) >> 3)));
      return reply.file(object, { cutAtByte: start + spanBytes, cutBy: 'reset' });
    };
  };
}

const oneByteASecond: FaultMode['handler'] = (object) => (_request, reply) =>
  reply.file(object, { pace: { pieceBytes: 1, delayMs: FAST_SECOND_MS } });

/** Headers that never end: one byte per second. */
const slowHead: FaultMode['handler'] = (object) => async (_request, reply) => {
  await reply.raw('HTTP/1.1 200 OK\r\nX-Padding: ');
  while (!reply.isClosed) {
    await reply.raw('x');
    await delay(FAST_SECOND_MS);
  }
  await reply.raw(formatHead(200, headersWith(object)));
};

function thirdConnectionRefused(object: ServedObject): FaultHandler {
  let active = 0;
  return async (_request, reply) => {
    active += 1;
    try {
      if (active > 2) await reply.send(503, [['Retry-After', 1]], '');
      else await reply.file(object);
    } finally {
      active -= 1;
    }
  };
}

/** Servers that stall, crawl, or hang up. */
export const PACE_MODES: readonly FaultMode[] = [
  {
    failureCase: 56,
    name: 'the first body stalls at half',
    outcome: OVERCOME,
    handler: (object) => inTurn(stopAtHalf('stall')(object), wellBehaved(object)),
  },
  { failureCase: 56, name: 'every body stalls at half', outcome: refused(6), handler: stopAtHalf('stall') },
  {
    failureCase: 56,
    name: 'the first request gets no response',
    outcome: OVERCOME,
    handler: (object) => inTurn(silent, wellBehaved(object)),
  },
  {
    failureCase: 56,
    name: 'every request stays without a response',
    outcome: refused(6),
    handler: () => silent,
  },
  { failureCase: 56, name: 'a body at one byte per second', outcome: refused(6), handler: oneByteASecond },
  {
    failureCase: 37,
    name: 'endless headers at one byte per second',
    outcome: refused(6, 7),
    plain: { exitCode: 6 },
    handler: slowHead,
  },
  {
    failureCase: 57,
    name: 'twenty resets at irregular offsets, then success',
    outcome: OVERCOME,
    plain: { exitCode: NEEDS_VERSIONS },
    handler: resetOften(20),
  },
  {
    failureCase: 57,
    name: 'every connection sends 20,000 bytes and closes',
    outcome: OVERCOME,
    plain: { exitCode: NEEDS_VERSIONS },
    handler: (object) => (request, reply) => {
      const { start } = bytesFor(request.headers, object);
      return reply.file(object, { cutAtByte: start + 20_000 });
    },
  },
  { failureCase: 57, name: 'every body is reset at half', outcome: refused(6), handler: stopAtHalf('reset') },
  {
    failureCase: 35,
    name: 'two resets instead of headers, then success',
    outcome: OVERCOME,
    handler: (object) => inTurn(resetAtOnce, resetAtOnce, wellBehaved(object)),
  },
  {
    failureCase: 35,
    name: 'a reset instead of headers',
    outcome: refused(6),
    handler: () => resetAtOnce,
  },
  {
    failureCase: 35,
    name: 'a closed connection instead of headers',
    outcome: refused(6),
    handler: () => closeAtOnce,
  },
  {
    failureCase: 35,
    name: 'a reset instead of headers after half of the object',
    outcome: refused(6),
    handler: (object) => cutAtHalfThen(object, resetAtOnce),
  },
  {
    failureCase: 66,
    name: '503 for more than two concurrent requests',
    outcome: OVERCOME,
    handler: thirdConnectionRefused,
  },
];
