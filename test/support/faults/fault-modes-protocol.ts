import { type FaultMode, headersWith, OVERCOME, overcomeOrRefused, refused } from './fault-mode.ts';
import { formatHead } from './fault-response.ts';
import type { ServedObject } from './served-object.ts';

const FLOOD_BYTES = 4 * 1024 * 1024;
const EARLY_HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

function wholeHead(object: ServedObject, more: Readonly<Record<string, string>> = {}): string {
  return formatHead(200, headersWith(object, { 'Content-Length': object.bytes.length, ...more }));
}

/** Writes these headers and the object, then closes. */
function under(head: (object: ServedObject) => string): FaultMode['handler'] {
  return (object) => async (_request, reply) => {
    await reply.raw(head(object));
    await reply.raw(object.bytes);
    await reply.end();
  };
}

/** Repeats a text until the client disconnects or a lot was sent. */
function flood(before: string, text: string): FaultMode['handler'] {
  return () => async (_request, reply) => {
    await reply.raw(before);
    const block = text.repeat(Math.ceil(16_384 / text.length));
    for (let sentBytes = 0; sentBytes < FLOOD_BYTES && !reply.isClosed; sentBytes += block.length) {
      await reply.raw(block);
    }
    await reply.end();
  };
}

function instead(text: string): FaultMode['handler'] {
  return () => async (_request, reply) => {
    await reply.raw(text);
    await reply.end();
  };
}

/** Bytes that look like another response follow the body on the same connection. */
const junkAfterBody: FaultMode['handler'] = (object) => async (_request, reply) => {
  await reply.file(object);
  await reply.raw(`${formatHead(200, { 'Content-Length': 5 })}wrong`);
};

/** Unusual and invalid HTTP/1.1 grammar (RFC 9112). */
export const PROTOCOL_MODES: readonly FaultMode[] = [
  {
    failureCase: 63,
    name: 'HTTP/1.0',
    outcome: OVERCOME,
    handler: under((object) => wholeHead(object).replace('HTTP/1.1', 'HTTP/1.0')),
  },
  {
    failureCase: 63,
    name: 'HTTP/2.0 in the status line',
    outcome: overcomeOrRefused(6, 7),
    plain: { exitCode: 0 },
    handler: under((object) => wholeHead(object).replace('HTTP/1.1', 'HTTP/2.0')),
  },
  { failureCase: 63, name: 'bytes after the body', outcome: OVERCOME, handler: junkAfterBody },
  {
    failureCase: 38,
    name: 'a hundred 103 responses before the final one',
    outcome: overcomeOrRefused(6, 7),
    plain: { exitCode: 0 },
    handler: under((object) => EARLY_HINTS.repeat(100) + wholeHead(object)),
  },
  {
    failureCase: 38,
    name: 'a 100 before the final response',
    outcome: overcomeOrRefused(6, 7),
    plain: { exitCode: 6 },
    handler: under((object) => CONTINUE + wholeHead(object)),
  },
  {
    failureCase: 38,
    name: 'endless 103 responses',
    outcome: refused(6, 7),
    plain: { exitCode: 6 },
    handler: flood('', EARLY_HINTS),
  },
  {
    failureCase: 38,
    name: '101',
    outcome: refused(6, 7),
    plain: { exitCode: 6 },
    handler: instead('HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n'),
  },
  {
    failureCase: 65,
    name: 'endless headers',
    outcome: refused(6, 7),
    plain: { exitCode: 6 },
    handler: flood('HTTP/1.1 200 OK\r\n', 'X-Flood: 1\r\n'),
  },
  {
    failureCase: 65,
    name: 'a header of one megabyte',
    outcome: overcomeOrRefused(6, 7),
    plain: { exitCode: 6 },
    handler: under((object) => wholeHead(object, { 'X-Large': 'x'.repeat(1024 * 1024) })),
  },
  {
    failureCase: 65,
    name: 'an endless status line',
    outcome: refused(6, 7),
    plain: { exitCode: 6 },
    handler: flood('HTTP/1.1 200 ', 'OK and '),
  },
  {
    failureCase: 65,
    name: 'escape sequences in the reason phrase of a 404',
    outcome: refused(3),
    handler: () => (_request, reply) =>
      reply.raw('HTTP/1.1 404 \x1b]0;owned\x07\x1b[31mgone\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    failureCase: 65,
    name: 'escape sequences in the reason phrase of every 503',
    outcome: refused(6),
    handler: () => (_request, reply) =>
      reply.raw('HTTP/1.1 503 \x1b[2J\x9b31mlater\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    failureCase: 65,
    name: 'escape sequences and bidi characters in every header of the response',
    outcome: overcomeOrRefused(6, 7),
    plain: { exitCode: 7 },
    handler: under((object) =>
      wholeHead(object, {
        'Content-Disposition': 'attachment; filename="\xe2\x80\xae\xc2\x9bgnp.exe"',
        'X-Request-Id': '\x1b[31mred',
      }),
    ),
  },
  {
    failureCase: 65,
    name: 'a NUL in a header',
    outcome: overcomeOrRefused(6, 7),
    plain: { exitCode: 7 },
    handler: under((object) => wholeHead(object, { 'X-Nul': 'a\0b' })),
  },
  {
    failureCase: 65,
    name: 'a folded header',
    outcome: overcomeOrRefused(6, 7),
    plain: { exitCode: 7 },
    handler: under((object) => wholeHead(object, { 'X-Folded': 'one\r\n two' })),
  },
  {
    failureCase: 63,
    name: 'lines that end with LF only',
    outcome: overcomeOrRefused(6, 7),
    plain: { exitCode: 6 },
    handler: under((object) => wholeHead(object).replaceAll('\r\n', '\n')),
  },
  {
    failureCase: 63,
    name: 'a response that is not HTTP',
    outcome: refused(6, 7),
    plain: { exitCode: 6 },
    handler: instead('SSH-2.0-OpenSSH_9.2\r\n'),
  },
  {
    failureCase: 63,
    name: 'a TLS alert',
    outcome: refused(6, 7),
    plain: { exitCode: 6 },
    handler: instead('\x15\x03\x01\x00\x02\x02\x28'),
  },
  {
    failureCase: 63,
    name: 'status 999',
    outcome: refused(3, 4, 6, 7),
    plain: { exitCode: 6 },
    handler: instead('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    failureCase: 63,
    name: 'status 99',
    outcome: refused(6, 7),
    plain: { exitCode: 6 },
    handler: instead('HTTP/1.1 99 Odd\r\nContent-Length: 0\r\n\r\n'),
  },
  {
    failureCase: 63,
    name: 'half of the headers',
    outcome: refused(6, 7),
    plain: { exitCode: 6 },
    handler: instead('HTTP/1.1 200 OK\r\nContent-Le'),
  },
];
