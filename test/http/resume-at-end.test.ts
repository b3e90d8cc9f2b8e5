import { channel } from 'node:diagnostics_channel';
import { createServer, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createSecureServer } from 'node:tls';
import { expect, test } from 'vitest';
import { createTransport, type HttpResponse } from '../../src/http/transport.ts';
import { afterThisTest } from '../support/after-this-test.ts';
import { pseudoRandomBytes } from '../support/bytes.ts';
import { makeCertificate } from '../support/certificate.ts';
import { createFastClock } from '../support/fast-clock.ts';

const BODY = pseudoRandomBytes(2_000_000, 1);
const chunked = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')]);

const FRAMINGS: readonly (readonly [name: string, header: string, body: Buffer])[] = [
  ['of known length', `Content-Length: ${BODY.length}\r\nConnection: close`, BODY],
  ['in chunks', 'Transfer-Encoding: chunked\r\nConnection: close', chunked(BODY)],
  ['of unknown length', 'Connection: close', BODY],
  ['on a connection that could stay open', `Content-Length: ${BODY.length}`, BODY],
];

interface Opened extends HttpResponse {
  /** Resolves when both sides have closed the connection. */
  readonly closed: Promise<void>;
}

/** Sends the whole response, and closes the connection. */
async function open(header: string, body: Buffer, isSecure: boolean): Promise<Opened> {
  const respond = (socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n`);
      socket.end(body);
    });
  };
  const certificate = makeCertificate();
  const server = isSecure
    ? createSecureServer({ key: certificate.keyPem, cert: certificate.certPem }, respond)
    : createServer(respond);
  const closed = new Promise<void>((resolve) => {
    server.once('connection', (socket: Socket) => void socket.once('close', resolve));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThisTest(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const origin = `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`;
  const transport = createTransport({
    clock: createFastClock(),
    certificates: () => (isSecure ? Promise.resolve([certificate.certPem]) : null),
    proxy: { http: null, https: null, noProxy: '' },
    services: { apiUrl: new URL(origin), ssoUrl: new URL(origin) },
    userAgent: 'test/1.0',
    nodeVersion: process.version,
  });
  afterThisTest(() => transport.close());
  const { signal } = new AbortController();
  const response = await transport.send({
    method: 'GET',
    url: new URL(origin),
    headers: {},
    signal,
    headersTimeoutMs: 30_000,
  });
  return { ...response, closed };
}

/** Reads with pauses, so that the connection is closed long before the last byte is read. */
async function readSlowly({ body, release }: HttpResponse): Promise<Buffer> {
  const read: Buffer[] = [];
  await delay(50);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    read.push(Buffer.from(chunk));
    release(chunk);
    await delay(1);
  }
  return Buffer.concat(read);
}

test.each(
  FRAMINGS.flatMap(([name, header, body]) => [
    [name, 'HTTP', header, body] as const,
    [name, 'HTTPS', header, body] as const,
  ]),
)(
  'case 145: a slow reader gets a whole body %s over %s after the server closes',
  async (_name, scheme, header, body) => {
    const response = await open(header, body, scheme === 'HTTPS');
    expect((await readSlowly(response)).equals(BODY)).toBe(true);
  },
);

test.each(FRAMINGS.slice(0, 2))(
  'case 145: a slow reader gets an error for an incomplete body %s',
  async (_name, header, body) => {
    const response = await open(header, body.subarray(0, 1_500_000), false);
    await expect(readSlowly(response)).rejects.toThrow(/\w/);
  },
);

test('case 145: an unread body does no harm when the server closes', async () => {
  const response = await open(`Content-Length: ${BODY.length}\r\nConnection: close`, BODY, false);
  await delay(100);
  expect(response.body.readableEnded).toBe(false);
  response.body.destroy();
});

test.each(['HTTP', 'HTTPS'])(
  'case 145: the end of a body that exactly fills the buffer is not lost over %s',
  async (scheme) => {
    // The parser pauses after the last byte, however the body arrives.
    const body = BODY.subarray(0, 65_536);
    const response = await open(`Content-Length: ${body.length}`, body, scheme === 'HTTPS');
    await response.closed;
    expect((await readSlowly(response)).equals(body)).toBe(true);
  },
);

test('ignores the connections of other copies of undici', async () => {
  await import('../../src/http/undici.ts');
  const socket = new Socket();
  channel('undici:client:connected').publish({ socket });
  expect(socket.emit('end')).toBe(true);
});
