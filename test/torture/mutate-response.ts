import { CANARY_TOKEN } from '../support/process/canary.ts';

/** A seeded random number generator: the same seed gives the same numbers. */
export type Random = () => number;

export interface ServedResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** JSON text, because JavaScript cannot represent some of these values. */
const HOSTILE_VALUES: readonly string[] = [
  'null',
  'true',
  'false',
  '0',
  '-1',
  '1.5',
  '1e400',
  '-1e400',
  '1e16',
  '9007199254740993',
  '1e-9',
  '""',
  '[]',
  '{}',
  '{"toString":1}',
  '{"toJSON":1,"valueOf":2}',
  '{"__proto__":{"id":1}}',
  '{"constructor":null}',
  '[[[[null]]]]',
  '"\\ud800"',
  '"\\udc00x"',
  '"\\u0000"',
  '"\\u001b[31m\\u202e\\u2028"',
  '"\\n::error::x"',
  '"##[error]x"',
  '"."',
  '".."',
  '"../../etc/passwd"',
  '"/"',
  '"a/b\\\\c"',
  '"CON"',
  '"%"',
  '"%00"',
  '"-rf"',
  '"--json"',
  '"ready"',
  '"failed"',
  '"http://169.254.169.254/"',
  '"file:///etc/passwd"',
  '"http://[::1"',
  '"//x"',
  '"javascript:1"',
  '"/v2/downloads/file/one"',
  '"+275760-09-13T00:00:00Z"',
  '"9999-99-99T99:99:99Z"',
  '"0000-01-01"',
  '"2026-01-01T00:00:00+99:99"',
  `"${CANARY_TOKEN}"`,
  `"${'x'.repeat(100_000)}"`,
  `"${'\u{1F600}'.repeat(2_000)}"`,
  `[${'{},'.repeat(3_000)}{}]`,
  `[${'"a",'.repeat(3_000)}"a"]`,
  `${'['.repeat(150)}${']'.repeat(150)}`,
  `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`,
];
const STATUSES = [
  200, 201, 202, 203, 204, 205, 206, 301, 302, 304, 307, 400, 401, 403, 404, 408, 409, 410, 416, 418, 422,
  429, 500, 501, 503, 599,
];
const HOSTILE_HEADERS: readonly (readonly [string, string])[] = [
  ['Retry-After', '-1'],
  ['Retry-After', '99999999999999999999'],
  ['Retry-After', 'Fri, 99 Foo 2026'],
  ['Location', '/'],
  ['Location', 'http://169.254.169.254/'],
  ['Location', 'file:///etc/passwd'],
  ['Content-Type', 'text/html'],
  ['Content-Type', 'application/json; charset=utf-16'],
  ['Content-Encoding', 'gzip'],
  ['Content-Range', 'bytes 5-1/0'],
  ['Content-Disposition', 'attachment; filename="../../x"'],
  ['Content-Disposition', "attachment; filename*=UTF-8''%ff%00%"],
  ['ETag', '""'],
  ['Date', 'never'],
  ['X-Request-Id', CANARY_TOKEN],
  ['X-Request-Id', 'x'.repeat(5_000)],
  ['Repr-Digest', 'sha-256=:AAAA:'],
];

/** Makes at most one change: to a value in the document, to the bytes, to the status, or to a header. */
export function mutate(response: ServedResponse, random: Random): ServedResponse {
  const choice = random() % 12;
  if (choice < 6) return { ...response, body: mutateDocument(response.body, random) };
  if (choice === 6) return { ...response, body: mutateBytes(response.body, random) };
  if (choice === 7) return { ...response, status: pick(STATUSES, random) };
  if (choice === 8) return { ...response, headers: [...response.headers, pick(HOSTILE_HEADERS, random)] };
  if (choice < 11) return failure(random);
  return response;
}

/** An error in every dialect at once, with hostile values in all fields. */
function failure(random: Random): ServedResponse {
  const value = () => pick(HOSTILE_VALUES, random);
  const fields = [
    `"status":"${pick(['fail', 'error', 'success'], random)}"`,
    ...['message', 'error', 'error_description', 'detail', 'title'].map((key) => `"${key}":${value()}`),
    `"data":{"a":[${value()},${value()}],"b":${value()}}`,
    `"errors":[${value()},{"message":${value()}}]`,
  ];
  const sent = fields.filter(() => random() % 3 > 0);
  return { status: pick(STATUSES, random), headers: [], body: Buffer.from(`{${sent.join(',')}}`) };
}

export function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[random() % items.length];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** Replaces one value, or adds, repeats, or removes a key. */
function mutateDocument(body: Buffer, random: Random): Buffer {
  let document: unknown;
  try {
    document = JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return mutateBytes(body, random);
  }
  const target = random() % countValues(document);
  let position = 0;
  const write = (value: unknown): string => {
    const isTarget = position === target;
    position += 1;
    if (isTarget && random() % 4 > 0) return pick(HOSTILE_VALUES, random);
    if (Array.isArray(value)) {
      const items = value.map(write);
      if (isTarget) items.push(...items, pick(HOSTILE_VALUES, random));
      return `[${items.join(',')}]`;
    }
    if (typeof value !== 'object' || value === null)
      return isTarget ? `[${JSON.stringify(value)}]` : JSON.stringify(value);
    const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${write(item)}`);
    if (isTarget)
      members.splice(random() % (members.length + 1), random() % 2, `"id":${pick(HOSTILE_VALUES, random)}`);
    return `{${members.join(',')}}`;
  };
  return Buffer.from(write(document));
}

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, item: unknown) => sum + countValues(item), 1);
}

function mutateBytes(body: Buffer, random: Random): Buffer {
  const position = random() % (body.length + 1);
  const bytes = Buffer.from(body);
  switch (random() % 5) {
    case 0:
      return bytes.subarray(0, position);
    case 1:
      if (position < bytes.length) bytes[position] = random() % 256;
      return bytes;
    case 2:
      return Buffer.concat([bytes.subarray(0, position), bytes]);
    case 3:
      return Buffer.from('<!doctype html><title>Sign in</title>');
    default:
      return Buffer.alloc(0);
  }
}
