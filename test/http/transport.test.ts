import { getEventListeners } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createTransport, type HttpRequest, type TransportOptions } from '../../src/http/transport.ts';
import { afterThisTest } from '../support/after-this-test.ts';
import { startProxy } from '../support/api/proxy.ts';
import { type Certificate, makeCertificate } from '../support/certificate.ts';
import { createFastClock } from '../support/fast-clock.ts';

/** Starts a server for one test and returns its origin. */
async function start(listener: RequestListener, certificate?: Certificate): Promise<string> {
  const server =
    certificate === undefined
      ? createServer({ maxHeaderSize: 1_048_576 }, listener)
      : createSecureServer({ key: certificate.keyPem, cert: certificate.certPem }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThisTest(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
}

function open(options: Partial<TransportOptions> = {}) {
  const transport = createTransport({
    clock: createFastClock(),
    certificates: () => null,
    proxy: { http: null, https: null, noProxy: '' },
    services: { apiUrl: new URL('http://127.0.0.1'), ssoUrl: new URL('http://127.0.0.1') },
    userAgent: 'test/1.0',
    nodeVersion: process.version,
    ...options,
  });
  afterThisTest(() => transport.close());
  return transport;
}

const get = (url: string, request: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: new URL(url),
  headers: {},
  signal: new AbortController().signal,
  headersTimeoutMs: 30_000,
  ...request,
});

async function send(listener: RequestListener, signal: AbortSignal) {
  return await open().send(get(await start(listener), { signal }));
}

test('reports the timeout when no response arrives', async () => {
  const { signal } = new AbortController();
  await expect(send(() => undefined, signal)).rejects.toThrow(
    /^127\.0\.0\.1:\d+ did not respond within 30 s$/,
  );
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test.each([
  [16_384, 200],
  [32_000, 200],
  [33_000, 'headers too large'],
  [65_536, 'headers too large'],
])('a header field of %i bytes: %j', async (sizeBytes, expected) => {
  const { signal } = new AbortController();
  const outcome = await send((_request, response) => {
    response.setHeader('x-large', 'a'.repeat(sizeBytes));
    response.end();
  }, signal).then(
    ({ status }) => status,
    (error: Error) => /\((.*)\)$/.exec(error.message)?.[1],
  );
  expect(outcome).toBe(expected);
});

test.each(['read', 'destroyed'])('removes its signal listeners after the body was %s', async (how) => {
  const { signal } = new AbortController();
  const { body } = await send((_request, response) => response.end('text'), signal);
  const closed = new Promise((resolve) => body.once('close', resolve));
  if (how === 'read') body.resume();
  else body.destroy();
  await closed;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('removes its signal listeners after a failed request', async () => {
  const { signal } = new AbortController();
  const sending = send((request) => request.socket.destroy(), signal);
  await expect(sending).rejects.toMatchObject({ code: 'UNAVAILABLE', mayHaveBeenSent: true });
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('sends the method, path, query, body, and User-Agent', async () => {
  const requests: unknown[] = [];
  const origin = await start((request, response) => {
    const { method, url, headers } = request;
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const { 'user-agent': userAgent, 'x-own': own, 'content-length': length, host } = headers;
      requests.push({ method, url, userAgent, own, length, body, host });
      response.end();
    });
  });
  const transport = open();
  const host = new URL(origin).host;
  await transport.send(get(`${origin}/v2/a%2Fb?page=0#part`, { headers: { 'x-own': '1' } }));
  await transport.send(
    get(`${origin}/`, { method: 'POST', body: '{"a":1}', headers: { 'user-agent': 'own' } }),
  );
  await transport.send(get(`${origin}/x`, { method: 'DELETE' }));
  expect(requests).toEqual([
    {
      method: 'GET',
      url: '/v2/a%2Fb?page=0',
      userAgent: 'test/1.0',
      own: '1',
      length: undefined,
      body: '',
      host,
    },
    { method: 'POST', url: '/', userAgent: 'own', own: undefined, length: '7', body: '{"a":1}', host },
    { method: 'DELETE', url: '/x', userAgent: 'test/1.0', own: undefined, length: undefined, body: '', host },
  ]);
});

test('reports the header lines of request and response without secrets', async () => {
  const lines: string[] = [];
  const origin = await start((_request, response) => {
    response.sendDate = false;
    response.writeHead(404, { 'set-cookie': 'secret', 'content-length': 0, connection: 'close' });
    response.end();
  });
  const headers = { authorization: 'Bearer secret' };
  await open({ onHeaderLine: (line) => lines.push(line) }).send(get(`${origin}/p?sig=secret`, { headers }));
  expect(lines).toEqual([
    `> GET ${origin}/p?…`,
    '> user-agent: test/1.0',
    '> authorization: ***',
    '< 404',
    '< set-cookie: ***',
    '< content-length: 0',
    '< connection: close',
  ]);
});

test('rejects with the interruption while a request is sent and before the next', async () => {
  const interruption = new AbortController();
  let requests = 0;
  const origin = await start(() => {
    requests += 1;
    interruption.abort(new Error('interrupted'));
  });
  const transport = open();
  const request = get(origin, { signal: interruption.signal });
  await expect(transport.send(request)).rejects.toThrow('interrupted');
  await expect(transport.send(request)).rejects.toThrow('interrupted');
  expect(requests).toBe(1);
});

test('rejects a body read with the interruption', async () => {
  const interruption = new AbortController();
  const { body } = await send((_request, response) => void response.write('text'), interruption.signal);
  const reading = body.toArray();
  interruption.abort(new Error('interrupted'));
  await expect(reading).rejects.toThrow('interrupted');
});

test('destroying an unread body causes no unhandled error', async () => {
  const { body } = await send(
    (_request, response) => void response.write('text'),
    new AbortController().signal,
  );
  const closed = new Promise((resolve) => body.once('close', resolve));
  body.destroy(new Error('not needed'));
  await closed;
  expect(body.destroyed).toBe(true);
});

test.each([
  ['chunked', '5\r\nhello\r\n0\r\n\r\n', 'hello'],
  ['Chunked', '5\r\nhello\r\n0\r\n\r\n', 'hello'],
  ['identity', 'hello', 'hello'],
  ['gzip', 'hello', 'gzip'],
  ['gzip, chunked', '5\r\nhello\r\n0\r\n\r\n', 'gzip, chunked'],
])('a body with the transfer coding %s: %j', async (coding, text, expected) => {
  const origin = await start(({ socket }) => {
    socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${text}`);
  });
  const outcome = await open()
    .send(get(origin))
    .then(async ({ body }) => Buffer.concat((await body.toArray()) as Buffer[]).toString())
    .catch((error: Error & { code: string }) => `${error.code}: ${error.message}`);
  const refusal = `BAD_RESPONSE: unexpected transfer coding from ${new URL(origin).host}: ${expected}`;
  expect(outcome).toBe(expected === 'hello' ? expected : refusal);
});

test('rejects a body with two lengths as BAD_RESPONSE', async () => {
  const origin = await start(({ socket }) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx');
  });
  await expect(open().send(get(origin))).rejects.toMatchObject({
    code: 'BAD_RESPONSE',
    message: `ambiguous body length in the response of ${new URL(origin).host}`,
  });
});

test('opens at most 16 connections per origin and queues further requests', async () => {
  const waiting: (() => void)[] = [];
  const origin = await start((_request, response) => void waiting.push(() => response.end()));
  // In real time: a request that times out would free its connection for another one.
  const transport = open({ clock: createFastClock({ speed: 1 }) });
  const sending = Array.from({ length: 20 }, () => transport.send(get(origin)));
  while (waiting.length < 16) await new Promise(setImmediate);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(waiting).toHaveLength(16);
  for (let answered = 0; answered < sending.length; ) {
    const answer = waiting.shift();
    if (answer !== undefined) answered += 1;
    answer?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const statuses = await Promise.all(
    sending.map(async (each) => {
      const { status, body } = await each;
      body.resume();
      return status;
    }),
  );
  expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
});

test('rejects a private address of a public service, by IP address or name', async () => {
  let requests = 0;
  const origin = await start((_request, response) => {
    requests += 1;
    response.end();
  });
  const services = { apiUrl: new URL('https://api.example.com'), ssoUrl: new URL('https://sso.example.com') };
  const transport = open({ services });
  await expect(transport.send(get(origin))).rejects.toMatchObject({ code: 'UNSAFE' });
  const named = origin.replace('127.0.0.1', 'localhost');
  await expect(transport.send(get(named))).rejects.toMatchObject({ code: 'UNSAFE' });
  expect(requests).toBe(0);
});

test('trusts a custom certificate and reads it once, at the first request', async () => {
  const certificate = makeCertificate();
  const origin = await start((_request, response) => response.end('text'), certificate);
  await expect(open().send(get(origin))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('untrusted certificate'),
    mayHaveBeenSent: false,
  });
  let reads = 0;
  const transport = open({
    certificates: async () => {
      reads += 1;
      await new Promise(setImmediate);
      return [certificate.certPem];
    },
  });
  expect(reads).toBe(0);
  for (let request = 0; request < 2; request += 1) {
    const { status, body } = await transport.send(get(origin));
    body.resume();
    expect(status).toBe(200);
  }
  expect(reads).toBe(1);
});

test('uses a proxy with credentials for HTTPS only and honors noProxy', async () => {
  const certificate = makeCertificate();
  const origin = await start((_request, response) => response.end('text'), certificate);
  const plainOrigin = await start((_request, response) => response.end('text'));
  const proxy = await startProxy({ target: origin });
  const certificates = async () => [certificate.certPem];
  const https = { url: proxy.origin, authorization: 'Basic dTpw', password: 'p' };
  const { host } = new URL(origin);

  const through = open({ certificates, proxy: { http: null, https, noProxy: '' } });
  expect((await through.send(get(origin))).status).toBe(200);
  expect((await through.send(get(plainOrigin))).status).toBe(200);
  expect(proxy.heads).toHaveLength(1);
  expect(proxy.heads[0]).toMatch(new RegExp(`^CONNECT ${host} HTTP/1\\.1\r\n`));
  expect(proxy.heads[0]).toMatch(/\r\nproxy-authorization: Basic dTpw\r\n/i);

  const anonymous = open({
    certificates,
    proxy: { http: null, https: { ...https, authorization: null }, noProxy: '' },
  });
  expect((await anonymous.send(get(origin))).status).toBe(200);
  expect(proxy.heads).toHaveLength(2);
  expect(proxy.heads[1]).not.toMatch(/proxy-authorization/i);

  const around = open({ certificates, proxy: { http: null, https, noProxy: '127.0.0.1' } });
  expect((await around.send(get(origin))).status).toBe(200);
  expect(proxy.heads).toHaveLength(2);
});

test('uses an HTTP proxy for plain requests only', async () => {
  const plainOrigin = await start((_request, response) => response.end('text'));
  const certificate = makeCertificate();
  const origin = await start((_request, response) => response.end('text'), certificate);
  const proxy = await startProxy({ target: plainOrigin });
  const http = { url: proxy.origin, authorization: null, password: '' };
  const transport = open({
    certificates: async () => [certificate.certPem],
    proxy: { http, https: null, noProxy: '' },
  });
  expect((await transport.send(get(plainOrigin))).status).toBe(200);
  expect((await transport.send(get(origin))).status).toBe(200);
  expect(proxy.heads.map((head) => head.split(' ')[1])).toEqual([new URL(plainOrigin).host]);
});

test('close rejects the requests in flight', async () => {
  const asked: unknown[] = [];
  const origin = await start((request) => void asked.push(request));
  const transport = open();
  let failure: unknown;
  void transport.send(get(origin)).catch((error: unknown) => {
    failure = error;
  });
  while (asked.length === 0) await new Promise(setImmediate);
  await transport.close();
  expect(failure).toMatchObject({ code: 'UNAVAILABLE' });
});

test('rejects requests after close, and close without requests does nothing', async () => {
  const origin = await start((_request, response) => response.end());
  const transport = open();
  await transport.close();
  const { body } = await transport.send(get(origin));
  body.resume();
  await transport.close();
  await expect(transport.send(get(origin))).rejects.toThrow('UND_ERR_DESTROYED');
});
