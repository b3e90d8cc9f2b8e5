import { request as httpsRequest } from 'node:https';
import { expect, test } from 'vitest';
import { bodyOf, getRequest, rawRequest } from '../api/raw-request.ts';
import { makeCertificate } from '../certificate.ts';
import { type FaultHandler, startFaultServer } from './fault-server.ts';
import { makeZipObject } from './served-object.ts';

const object = makeZipObject(10_000);
const servesObject: FaultHandler = (_request, reply) => reply.file(object);

test('logs the raw bytes of every request, connection by connection', async () => {
  const server = await startFaultServer(servesObject);
  await rawRequest(server.origin, getRequest('/a?b=c', 'X-One: 1', 'x-one: 2'));
  await rawRequest(server.origin, getRequest('/second'));
  expect(server.connectionCount).toBe(2);
  expect(server.rawLog().map(String)).toEqual([
    getRequest('/a?b=c', 'X-One: 1', 'x-one: 2'),
    getRequest('/second'),
  ]);
  expect(server.requests[0]).toMatchObject({
    method: 'GET',
    target: '/a?b=c',
    path: '/a',
    rawHeaders: [
      ['Host', 'fault.test'],
      ['X-One', '1'],
      ['x-one', '2'],
    ],
    connectionId: 0,
    requestIndex: 0,
  });
  expect(server.requests[0]?.headers.get('x-one')).toBe('1, 2');
  expect(server.requests[1]).toMatchObject({ connectionId: 1, requestIndex: 1 });
});

test('reads bodies with a length and chunked bodies on one connection', async () => {
  const server = await startFaultServer((_request, reply) => reply.send(200, [], 'ok'));
  await rawRequest(
    server.origin,
    [
      'POST /1 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello',
      'POST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
      getRequest('/3'),
    ].join(''),
  );
  expect(server.requests.map(({ target, body }) => [target, body.toString()])).toEqual([
    ['/1', 'hello'],
    ['/2', 'abcde'],
    ['/3', ''],
  ]);
  expect(server.connectionCount).toBe(1);
});

test('ends with FIN, RST, or silence as the handler specifies', async () => {
  const server = await startFaultServer(async (request, reply) => {
    await reply.raw('partial');
    if (request.path === '/end') await reply.end();
    if (request.path === '/reset') await reply.reset();
    if (request.path === '/stall') await reply.stall();
  });
  const endings = await Promise.all(
    ['/end', '/reset', '/stall'].map((path) => rawRequest(server.origin, getRequest(path))),
  );
  expect(endings.map(({ text, endedBy }) => [text, endedBy])).toEqual([
    ['partial', 'end'],
    ['partial', 'reset'],
    ['partial', 'silence'],
  ]);
});

test.each([
  ['the whole object without Range', [], 200, 0, 10_000],
  ['a closed range', ['Range: bytes=100-199'], 206, 100, 200],
  ['an open range', ['Range: bytes=9990-'], 206, 9_990, 10_000],
  ['a suffix', ['Range: bytes=-22'], 206, 9_978, 10_000],
  ['a clipped range past the end', ['Range: bytes=9999-20000'], 206, 9_999, 10_000],
  ['the whole object for several ranges', ['Range: bytes=0-1,5-6'], 200, 0, 10_000],
  ['a range with a matching If-Range', ['Range: bytes=5-9', `If-Range: ${object.etag}`], 206, 5, 10],
  ['the whole object with another If-Range', ['Range: bytes=5-9', 'If-Range: "other"'], 200, 0, 10_000],
  [
    'the whole object with a weak If-Range',
    ['Range: bytes=5-9', `If-Range: W/${object.etag}`],
    200,
    0,
    10_000,
  ],
  ['a range with a matching date', ['Range: bytes=5-9', `If-Range: ${object.lastModified}`], 206, 5, 10],
])('serves %s', async (_name, headers, status, start, end) => {
  const server = await startFaultServer(servesObject);
  const answer = await rawRequest(server.origin, getRequest('/', ...headers));
  expect(answer.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(bodyOf(answer).equals(object.bytes.subarray(start, end))).toBe(true);
  expect(answer.text.includes(`Content-Length: ${end - start}\r\n`)).toBe(true);
  expect(answer.text.includes(`Content-Range: bytes ${start}-${end - 1}/10000\r\n`)).toBe(status === 206);
});

test('responds 416 with the size past the end, and 412 to a failed If-Match', async () => {
  const server = await startFaultServer(servesObject);
  const beyond = await rawRequest(server.origin, getRequest('/', 'Range: bytes=10000-'));
  expect(beyond.text).toMatch(/^HTTP\/1.1 416 .*\r\nContent-Range: bytes \*\/10000\r\n/);
  const changed = await rawRequest(server.origin, getRequest('/', 'If-Match: "other"'));
  expect(changed.text).toMatch(/^HTTP\/1.1 412 /);
});

test('supports TLS, including a reset', async () => {
  const certificate = makeCertificate();
  const server = await startFaultServer(
    (request, reply) => (request.path === '/reset' ? reply.reset() : reply.json(200, { tls: true })),
    { tls: certificate },
  );
  const get = (path: string) =>
    new Promise<string>((resolve, reject) => {
      const client = httpsRequest(server.origin + path, { ca: certificate.certPem }, (response) => {
        response.setEncoding('utf8');
        response.on('data', resolve);
      });
      client.on('error', reject);
      client.end();
    });
  expect(await get('/')).toBe('{"tls":true}');
  await expect(get('/reset')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(String(server.rawLog()[0])).toContain('GET / HTTP/1.1');
});

test('listens on another loopback address as another origin', async () => {
  const server = await startFaultServer(servesObject, { host: '127.0.0.2' });
  expect(server.origin).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/);
  expect((await rawRequest(server.origin, getRequest('/'))).text).toMatch(/^HTTP\/1.1 200 /);
});

test('close rejects with the error of a handler', async () => {
  const server = await startFaultServer(() => {
    throw new Error('broken handler');
  });
  await rawRequest(server.origin, getRequest('/'));
  await expect(server.close()).rejects.toThrow('broken handler');
});
