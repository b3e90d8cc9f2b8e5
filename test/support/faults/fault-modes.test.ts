import { expect, test } from 'vitest';
import { bodyOf, getRequest, type RawAnswer, rawRequest } from '../api/raw-request.ts';
import type { FaultMode } from './fault-mode.ts';
import { FAULT_MODES, faultMode } from './fault-modes.ts';
import { startFaultServer } from './fault-server.ts';
import { makeZipObject } from './served-object.ts';

const object = makeZipObject(20_000);
const half = 10_000;
const allModes = Object.values(FAULT_MODES).flat();

async function ask(mode: FaultMode, ...requests: readonly string[]): Promise<RawAnswer[]> {
  const server = await startFaultServer(mode.handler(object));
  const answers: RawAnswer[] = [];
  for (const request of requests) {
    answers.push(
      await rawRequest(server.origin, request, { idleMs: 250, limitMs: 2_000, limitBytes: 1_000_000 }),
    );
  }
  await server.close();
  return answers;
}

function bodySizeOf(answer: RawAnswer | undefined): number | undefined {
  return answer === undefined ? undefined : bodyOf(answer).length;
}

test('has more than a hundred modes with unique names', () => {
  expect(allModes.length).toBeGreaterThan(100);
  expect(new Set(allModes.map(({ name }) => name)).size).toBe(allModes.length);
  expect(() => faultMode('no such mode')).toThrow('no fault mode is named "no such mode"');
});

test('allows a final file only in modes that can succeed', () => {
  for (const { name, outcome } of allModes) {
    const hasSuccess = outcome.exitCodes.includes(0);
    const hasFailure = outcome.exitCodes.some((exitCode) => exitCode !== 0);
    const expected = hasSuccess ? (hasFailure ? 'by exit code' : 'right') : 'absent';
    expect(outcome.finalFile, name).toBe(expected);
  }
});

/** The first response as text, for modes that differ from a correct response only in this. */
test.each<[name: string, pattern: RegExp, bodySize: number | undefined, endedBy: RawAnswer['endedBy']]>([
  ['every body is cut before its first byte', /Content-Length: 20000\r\n/, 0, 'end'],
  ['every body is cut after its first byte', /Content-Length: 20000\r\n/, 1, 'end'],
  ['every body is cut at half', /Content-Length: 20000\r\n/, half, 'end'],
  ['every body is cut before its last byte', /Content-Length: 20000\r\n/, 19_999, 'end'],
  ['a complete chunked body', /Transfer-Encoding: chunked\r\n[^]*\r\n0\r\n\r\n$/, undefined, 'silence'],
  [
    'every chunked body is cut before its last chunk, with Connection: close',
    /Transfer-Encoding: chunked\r\nConnection: close\r\n[^]*[^\r]..\r\n$/,
    undefined,
    'end',
  ],
  ['a chunked body that ends properly after half of the object', /\r\n0\r\n\r\n$/, undefined, 'silence'],
  ['a complete body that ends with the connection', /^(?![^]*Content-Length)/, 20_000, 'end'],
  ['a truncated body that ends with the connection', /^(?![^]*Content-Length)/, half, 'end'],
  ['a Content-Length that is one byte too large', /Content-Length: 20001\r\n/, 20_000, 'end'],
  ['a Content-Length that is one byte too small', /Content-Length: 19999\r\n/, 20_000, 'end'],
  ['two different Content-Length headers', /Content-Length: 20000\r\nContent-Length: 10\r\n/, 20_000, 'end'],
  [
    'unrequested Content-Encoding: gzip',
    /Content-Encoding: gzip\r\n[^]*\r\n\r\n\x1f\x8b/,
    undefined,
    'silence',
  ],
  ['unrequested Content-Encoding: zstd', /zstd\r\n[^]*\r\n\r\n\x28\xb5\x2f\xfd/, undefined, 'silence'],
  ['an HTML page with 200 and the length of the object', /\r\n\r\n<!doctype html>/, 20_000, 'silence'],
  ['every body stalls at half', /Content-Length: 20000\r\n/, half, 'silence'],
  ['every body is reset at half', /Content-Length: 20000\r\n/, half, 'reset'],
  ['a reset instead of headers', /^$/, 0, 'reset'],
  ['a closed connection instead of headers', /^$/, 0, 'end'],
  ['every request stays without a response', /^$/, 0, 'silence'],
  ['a redirect to itself', /^HTTP\/1.1 302 [^]*Location: \/object\r\n/, 0, 'silence'],
  ['a redirect without Location', /^HTTP\/1.1 302 (?![^]*Location)/, 0, 'silence'],
  ['bytes after the body', /HTTP\/1.1 200 Reason\r\nContent-Length: 5\r\n\r\nwrong$/, undefined, 'silence'],
  ['HTTP/1.0', /^HTTP\/1.0 200 /, 20_000, 'end'],
  ['status 99', /^HTTP\/1.1 99 /, 0, 'end'],
])('%s: sends the expected bytes', async (name, pattern, bodySize, endedBy) => {
  const [answer] = await ask(faultMode(name), getRequest('/object'));
  expect(answer?.text).toMatch(pattern);
  expect(bodySize ?? bodySizeOf(answer)).toBe(bodySizeOf(answer));
  expect(answer?.endedBy).toBe(endedBy);
});

test.each([
  ['a 200 to every Range request', /^HTTP\/1.1 200 /, 20_000],
  ['every 206 has no Content-Range', /^HTTP\/1.1 206 (?![^]*Content-Range)/, half],
  ['every 206 has a range that starts one byte early', /Content-Range: bytes 9999-19999\/20000\r\n/, half],
  ['every 206 has a range that ends one byte late', /Content-Range: bytes 10000-20000\/20000\r\n/, half],
  ['every 206 has another unit', /Content-Range: octets 10000-19999\/20000\r\n/, half],
  ['every 206 has an unknown total', /Content-Range: bytes 10000-19999\/\*\r\n/, half],
  ['every 206 is multipart/byteranges', /multipart\/byteranges; boundary=cut\r\n/, undefined],
  ['a 416 to every Range request', /^HTTP\/1.1 416 [^]*Content-Range: bytes \*\/20000\r\n/, 0],
  ['404 after half of the object', /^HTTP\/1.1 404 /, 0],
])('%s: cuts the first body, then sends the fault', async (name, pattern, bodySize) => {
  const [first, second] = await ask(
    faultMode(name),
    getRequest('/object'),
    getRequest('/object', `Range: bytes=${half}-`),
  );
  expect(bodySizeOf(first)).toBe(half);
  expect(first?.endedBy).toBe('end');
  expect(second?.text).toMatch(pattern);
  expect(bodySize ?? bodySizeOf(second)).toBe(bodySizeOf(second));
});

test('a replaced object has other bytes and the ETag of its mode', async () => {
  for (const [name, isSameEtag] of [
    ['after the first half, the object is replaced by one with another strong ETag', false],
    ['after the first half, the object is replaced by one with the same strong ETag', true],
  ] as const) {
    const mode = faultMode(name);
    const [first, second] = await ask(mode, getRequest('/object'), getRequest('/object'));
    const etags = [first, second].map((answer) => /ETag: (.*)\r\n/.exec(answer?.text ?? '')?.[1]);
    expect(etags[0] === etags[1], name).toBe(isSameEtag);
    const replacement = mode.finalObject?.(object).bytes ?? Buffer.alloc(0);
    expect(second === undefined ? undefined : bodyOf(second).equals(replacement)).toBe(true);
    expect(replacement.equals(object.bytes)).toBe(false);
    expect(replacement).toHaveLength(object.bytes.length);
  }
});

test('refuses a URL that expired midway and serves another one', async () => {
  const answers = await ask(
    faultMode('403 after half of the object until the URL changes'),
    getRequest('/object?signature=1'),
    getRequest('/object?signature=1', `Range: bytes=${half}-`),
    getRequest('/object?signature=2', `Range: bytes=${half}-`),
  );
  expect(answers.map(({ text }) => text.slice(9, 12))).toEqual(['200', '403', '206']);
});

test('resets exactly twenty times, then sends complete responses', async () => {
  const requests = Array.from({ length: 21 }, () => getRequest('/object', 'Range: bytes=15000-'));
  const answers = await ask(faultMode('twenty resets at irregular offsets, then success'), ...requests);
  // A busy machine reports some of the resets as ends.
  expect(answers.slice(0, 20).filter(({ endedBy }) => endedBy !== 'silence')).toHaveLength(20);
  expect(answers.slice(0, 20).every((answer) => bodyOf(answer).length < 5_000)).toBe(true);
  expect(answers[20]?.text).toMatch(/Content-Range: bytes 15000-19999\/20000\r\n/);
  expect(bodySizeOf(answers[20])).toBe(5_000);
});

test.each(Object.keys(FAULT_MODES))(
  '%s: every mode handles three requests from clients that disconnect',
  async (theme) => {
    const range = getRequest('/object', 'Range: bytes=5000-');
    const answers = await Promise.all(
      (FAULT_MODES[theme] ?? []).map((mode) => ask(mode, getRequest('/object'), range, range)),
    );
    expect(answers.every((three) => three.length === 3)).toBe(true);
  },
);
