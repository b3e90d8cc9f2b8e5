import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { startLocalServer } from '../../src/sandbox/server/local-server.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { afterThisTest } from '../support/after-this-test.ts';
import { bearer, call, createPackage, get, makeFile, openSandbox, send } from './conversation.ts';

function portOf(sandbox: Sandbox): number {
  return Number(new URL(sandbox.apiUrl).port);
}

/** Sends raw bytes, and resolves with the whole response when the sandbox closes the connection. */
async function sendRaw(sandbox: Sandbox, text: string): Promise<string> {
  const socket = connect(portOf(sandbox), '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.end(text);
  await once(socket, 'close');
  return received;
}

describe('the sandbox', () => {
  test('case 134: listens only on 127.0.0.1', async () => {
    const sandbox = await openSandbox();
    expect(new URL(sandbox.apiUrl).hostname).toBe('127.0.0.1');
    const others = Object.values(networkInterfaces())
      .flat()
      .flatMap((address) => (address === undefined || address.internal ? [] : [address.address]));
    // 127.0.0.2 is also loopback, but the sandbox does not listen on it.
    for (const host of [...others, '127.0.0.2']) {
      const socket = connect({ port: portOf(sandbox), host });
      const [error] = await once(socket, 'error');
      expect(error).toHaveProperty(
        'code',
        expect.stringMatching(/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EINVAL/),
      );
    }
  });

  test.each(['evil.example', 'evil.example:PORT', '127.0.0.1', '127.0.0.1:1', '127.0.0.1.evil.example:PORT'])(
    'case 135: rejects Host: %s',
    async (template) => {
      const sandbox = await openSandbox();
      const host = template.replace('PORT', String(portOf(sandbox)));
      const answer = await call(sandbox, 'GET', '/media', { headers: { ...bearer(sandbox), host } });
      expect(answer.status).toBe(421);
    },
  );

  test.each(['localhost:PORT', 'LOCALHOST:PORT', '[::1]:PORT'])('accepts Host: %s', async (template) => {
    const sandbox = await openSandbox();
    const host = template.replace('PORT', String(portOf(sandbox)));
    const answer = await call(sandbox, 'GET', '/media', { headers: { ...bearer(sandbox), host } });
    expect(answer.status).toBe(200);
  });

  test.each([
    'http://evil.example',
    'null',
    'http://127.0.0.1:1',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1:PORT.evil',
  ])('case 135: rejects API, file, and token requests of the web page %s', async (template) => {
    const sandbox = await openSandbox();
    const { url } = await makeFile(sandbox);
    const origin = template.replace('PORT', String(portOf(sandbox)));
    const api = await call(sandbox, 'GET', '/media', { headers: { ...bearer(sandbox), origin } });
    const file = await get(sandbox, url, { origin });
    const token = await send(`${sandbox.ssoUrl}/realms/sandbox/protocol/openid-connect/token`, {
      method: 'POST',
      headers: { origin },
    });
    expect([api.status, file.status, token.status]).toEqual([403, 403, 403]);
  });

  test('sends no CORS headers, not even for a preflight', async () => {
    const sandbox = await openSandbox();
    const origin = `http://127.0.0.1:${portOf(sandbox)}`;
    const answer = await get(sandbox, `${sandbox.apiUrl}/media`, { origin });
    const preflight = await send(`${sandbox.apiUrl}/media`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    });
    expect([answer.status, preflight.status]).toEqual([200, 405]);
    const names = [...Object.keys(answer.headers), ...Object.keys(preflight.headers)];
    expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('checks the Host header before any fault applies', async () => {
    const sandbox = await openSandbox(['api-html', 'html-file']);
    const headers = { host: 'evil.example' };
    const answers = [
      await send(`${sandbox.apiUrl}/media`, { headers }),
      await send(`${sandbox.ssoUrl}/realms/sandbox/protocol/openid-connect/token`, {
        method: 'POST',
        headers,
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([421, 421]);
  });
});

describe('paths', () => {
  const passwd = '/etc/passwd';
  test.each([
    '/../../../../etc/passwd',
    '/downloads/file/../../../../etc/passwd',
    '/downloads/file/..%2f..%2f..%2fetc%2fpasswd',
    '/downloads/file/%2e%2e/%2e%2e/etc/passwd',
    '/downloads/file/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/downloads/file/..%5c..%5cetc%5cpasswd',
    '/downloads/file/..%252f..%252fetc%252fpasswd',
    '/downloads/file/%c0%ae%c0%ae/',
    '/downloads/file//etc/passwd',
    '//etc/passwd',
    `/downloads/file/${encodeURIComponent(passwd)}`,
    '/downloads/file/file:%2f%2f%2fetc%2fpasswd',
    '/downloads/file/x%00.zip',
    '/downloads/file/',
    '/downloads/file',
    '/downloads//',
    '/downloads/.',
    '/downloads/..',
    '/downloads/%',
    '/downloads/%zz',
    '/downloads/__proto__',
    '/downloads/constructor',
    `/downloads/${'a'.repeat(8000)}`,
    '/media/../downloads',
    '/media/%2e%2e',
    '/media/x/metadata/transcripts/../../../download?transcriptDownloadType=txt',
    '/media;x=1',
    '/MEDIA',
    '/media/',
    '/./media',
    '',
    '/',
    '/..;/media',
    '/%2fmedia',
  ])('case 136: %s is not found', async (path) => {
    const sandbox = await openSandbox();
    const answer = await get(sandbox, `${sandbox.apiUrl}${path}`);
    expect([400, 404]).toContain(answer.status);
    expect(answer.headers['x-request-id']).toMatch(/^sandbox-/);
    expect(JSON.parse(answer.bytes.toString())).toEqual({
      status: 'fail',
      data: null,
      message: expect.stringMatching(/^(?!.*root:)/s),
    });
  });

  test.each([
    ['PUT', '/downloads', 'POST, GET, HEAD'],
    ['POST', '/media', 'GET, HEAD'],
    ['DELETE', '/downloads/file/x', 'GET, HEAD'],
    ['PATCH', '/downloads/x', 'GET, HEAD, DELETE'],
  ])('%s %s returns 405 with the allowed methods', async (method, path, allow) => {
    const sandbox = await openSandbox();
    const answer = await get(sandbox, `${sandbox.apiUrl}${path}`, {}, { method });
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
  });
});

describe('bad requests', () => {
  test.each([
    ['data that is not HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 .*x-request-id: sandbox-/is],
    ['a missing Host', 'GET /v2/media HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'a whole URL',
      'GET http://evil.example/v2/media HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
      / 400 .*must be a path/s,
    ],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: HOST\r\n\r\n', /^$/],
    [
      'too many headers',
      `GET / HTTP/1.1\r\nHost: HOST\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 .*x-request-id: sandbox-/is,
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'bad chunks',
      'POST /v2/downloads HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      /^HTTP\/1\.1 400 /,
    ],
  ])('case 138: survives %s', async (_what, text, expected) => {
    const sandbox = await openSandbox();
    const answer = await sendRaw(sandbox, text.replace('HOST', `127.0.0.1:${portOf(sandbox)}`));
    expect(answer).toMatch(expected);
    expect((await call(sandbox, 'GET', '/media')).status).toBe(200);
  });

  test('a response that cannot be written only closes the connection', async () => {
    const values = ['a\nb', '1'];
    const server = await startLocalServer(0, async (_request, response) => {
      response.writeHead(200, { 'retry-after': values.shift() ?? '' });
      await new Promise<void>((resolve) => response.end(resolve));
    });
    afterThisTest(() => server.close());
    await expect(send(`${server.origin}/`)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await send(`${server.origin}/`)).status).toBe(200);
  });

  test('survives random bytes', async () => {
    const seed = randomInt(1_000_000);
    let state = seed;
    const random = (limit: number) => {
      state = (state * 48_271 + 1) % 2_147_483_647;
      return state % limit;
    };
    const sandbox = await openSandbox();
    const starts = [
      '',
      'GET /v2/',
      'POST /v2/downloads HTTP/1.1\r\nHost: x\r\n',
      'GET /v2/downloads/file/x HTTP/1.1\r\nRange: ',
    ];
    for (let round = 0; round < 60; round += 1) {
      const noise = Array.from({ length: random(200) }, () => String.fromCharCode(random(256))).join('');
      await sendRaw(sandbox, `${starts[random(starts.length)]}${noise}\r\n\r\n`);
    }
    expect((await call(sandbox, 'GET', '/media')).status, `seed ${seed}`).toBe(200);
  });

  test('survives clients that disconnect in the middle of a file', async () => {
    const sandbox = await openSandbox('slow=100K');
    const { url } = await makeFile(sandbox);
    await Promise.all(Array.from({ length: 20 }, () => get(sandbox, url, {}, { patienceMs: 100 })));
    expect((await createPackage(sandbox)).status).toBe('preparing');
  });
});
