import { FAST_CLOCK_START_MS } from '../fast-clock.ts';
import {
  cutAtHalfThen,
  type FaultMode,
  inTurn,
  OVERCOME,
  overcomeOrRefused,
  refused,
  wellBehaved,
} from './fault-mode.ts';
import { ACCESS_DENIED_XML } from './fault-modes-content.ts';
import type { FaultHandler } from './fault-server.ts';
import type { ServedObject } from './served-object.ts';

function status(code: number, headers: readonly (readonly [string, string])[] = []): FaultHandler {
  return (_request, reply) => reply.send(code, headers, '');
}

const accessDenied: FaultHandler = (_request, reply) =>
  reply.send(403, [['Content-Type', 'application/xml']], ACCESS_DENIED_XML);

/** A URL expires after half of the object; other URLs of the same object work. */
function expiresMidway(refusal: FaultHandler): FaultMode['handler'] {
  return (object) => {
    let expired: string | undefined;
    return (request, reply) => {
      if (request.target === expired) return refusal(request, reply);
      if (expired !== undefined) return reply.file(object);
      expired = request.target;
      return cutAtHalfThen(object, refusal)(request, reply);
    };
  };
}

/** Redirects `hops` times within this server, then serves. */
function redirects(hops: number, code: number): FaultMode['handler'] {
  return (object) => (request, reply) => {
    const hop = Number(request.query.get('hop') ?? 0);
    return hop < hops ? reply.redirect(code, `${request.path}?hop=${hop + 1}`) : reply.file(object);
  };
}

/** Object storage that accepts a signed URL or an Authorization header, but not both. */
function oneMechanism(object: ServedObject): FaultHandler {
  return (request, reply) =>
    request.headers.has('authorization')
      ? reply.send(400, [['Content-Type', 'application/xml']], '<Error><Code>InvalidArgument</Code></Error>')
      : reply.file(object);
}

const RETRY_AFTER_FORMS: readonly (readonly [says: string, value: string])[] = [
  ['2 seconds', '2'],
  ['0', '0'],
  ['a date 20 s ahead', new Date(FAST_CLOCK_START_MS + 20_000).toUTCString()],
  ['a date in the distant past', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['a negative number', '-5'],
  ['a billion seconds', '1000000000'],
  ['a fraction', '1.5'],
  ['junk', 'soon'],
];

/** Responses other than 200 and 206: gone, elsewhere, later. */
export const STATUS_MODES: readonly FaultMode[] = [
  ...([404, 410] as const).flatMap((code): FaultMode[] => [
    { failureCase: 58, name: `${code} from the start`, outcome: refused(3), handler: () => status(code) },
    {
      failureCase: 58,
      name: `${code} after half of the object`,
      outcome: refused(3),
      handler: (object) => cutAtHalfThen(object, status(code)),
    },
  ]),
  {
    failureCase: 58,
    name: '403 after half of the object, for every URL',
    outcome: refused(3, 4),
    plain: { exitCode: 4 },
    handler: (object) => cutAtHalfThen(object, accessDenied),
  },
  {
    failureCase: 58,
    name: '403 after half of the object until the URL changes',
    outcome: OVERCOME,
    handler: expiresMidway(accessDenied),
  },
  {
    failureCase: 58,
    name: '400 after half of the object until the URL changes',
    outcome: OVERCOME,
    handler: expiresMidway(status(400)),
  },
  { failureCase: 18, name: '400 to a request with Authorization', outcome: OVERCOME, handler: oneMechanism },
  {
    failureCase: 58,
    name: '402',
    outcome: refused(3, 4, 6, 7),
    plain: { exitCode: 7 },
    handler: () => status(402),
  },
  {
    failureCase: 58,
    name: '451',
    outcome: refused(3, 4, 6, 7),
    plain: { exitCode: 7 },
    handler: () => status(451),
  },

  ...([301, 302, 303, 307, 308] as const).map(
    (code): FaultMode => ({
      failureCase: 59,
      name: `one ${code}`,
      outcome: OVERCOME,
      handler: redirects(1, code),
    }),
  ),
  { failureCase: 59, name: 'three redirects', outcome: OVERCOME, handler: redirects(3, 302) },
  {
    failureCase: 59,
    name: '21 redirects',
    outcome: refused(7, 12),
    plain: { exitCode: 7 },
    handler: redirects(21, 302),
  },
  {
    failureCase: 59,
    name: 'a redirect to itself',
    outcome: refused(7, 12),
    plain: { exitCode: 7 },
    handler: () => (request, reply) => reply.redirect(302, request.target),
  },
  { failureCase: 59, name: 'a redirect without Location', outcome: refused(7), handler: () => status(302) },
  { failureCase: 59, name: '300 without Location', outcome: refused(7), handler: () => status(300) },
  {
    failureCase: 38,
    name: 'an unrequested 304',
    outcome: refused(6, 7, 10),
    plain: { exitCode: 7 },
    handler: () => status(304),
  },
  {
    failureCase: 59,
    name: '305',
    outcome: refused(7, 12),
    plain: { exitCode: 7 },
    handler: () => status(305, [['Location', 'http://127.0.0.1:9/']]),
  },
  ...['file:///etc/passwd', 'ftp://127.0.0.1/x', 'javascript:alert(1)', 'http://user:pass@127.0.0.1:9/x'].map(
    (location): FaultMode => ({
      failureCase: 4,
      name: `a redirect to ${location}`,
      outcome: refused(7, 12),
      plain: { exitCode: 12 },
      handler: () => status(302, [['Location', location]]),
    }),
  ),

  ...RETRY_AFTER_FORMS.flatMap(([says, value]): FaultMode[] =>
    ([429, 503] as const).map((code) => ({
      failureCase: 34,
      name: `one ${code} with Retry-After: ${says}`,
      outcome: OVERCOME,
      handler: (object) => inTurn(status(code, [['Retry-After', value]]), wellBehaved(object)),
    })),
  ),
  {
    failureCase: 34,
    name: 'one 403 with Retry-After: 2',
    outcome: OVERCOME,
    handler: (object) => inTurn(status(403, [['Retry-After', '2']]), wellBehaved(object)),
  },
  {
    failureCase: 34,
    name: 'every response is 403 with Retry-After: 2',
    outcome: refused(6),
    handler: () => status(403, [['Retry-After', '2']]),
  },
  ...([408, 425, 429, 500, 502, 503, 504, 520] as const).map(
    (code): FaultMode => ({
      failureCase: 35,
      name: `one ${code}`,
      outcome: OVERCOME,
      handler: (object) => inTurn(status(code), wellBehaved(object)),
    }),
  ),
  {
    failureCase: 34,
    name: '429 forever',
    outcome: refused(6),
    handler: () => status(429, [['Retry-After', '1']]),
  },
  { failureCase: 35, name: '503 forever', outcome: refused(6), handler: () => status(503) },
  {
    failureCase: 35,
    name: '501',
    outcome: overcomeOrRefused(6, 7),
    plain: { exitCode: 7 },
    handler: () => status(501),
  },
  {
    failureCase: 35,
    name: '503 after half of the object, then success',
    outcome: OVERCOME,
    handler: (object) => cutAtHalfThen(object, inTurn(status(503), status(503), wellBehaved(object))),
  },
];
