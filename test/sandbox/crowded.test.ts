import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { afterThisTest } from '../support/after-this-test.ts';
import { call, openSandbox } from './conversation.ts';

/** More connections than the sandbox accepts at once. */
const CROWD = 520;

test.each([
  ['a request line and half a header', 'GET /v2/media HTTP/1.1\r\nHost: x'],
  ['a header that never ends', 'GET /v2/media HTTP/1.1\r\nHost: x\r\nX-Slow: a'],
  ['no data', ''],
])(
  'case 138: connections with %s do not block the sandbox, which closes them after a timeout',
  { timeout: 60_000 },
  async (_what, text) => {
    const sandbox = await openSandbox();
    const { port } = new URL(sandbox.apiUrl);
    const sockets: Socket[] = [];
    for (let count = 0; count < CROWD; count += 1) {
      // A client that never closes its side.
      const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => undefined);
      socket.resume();
      if (text !== '') socket.write(text);
      sockets.push(socket);
    }
    afterThisTest(async () => {
      for (const socket of sockets) socket.destroy();
    });
    await Promise.all(
      sockets.filter(({ connecting }) => connecting).map((socket) => once(socket, 'connect')),
    );
    const startMs = performance.now();
    let status = 0;
    while (status !== 200 && performance.now() - startMs < 40_000) {
      status = await call(sandbox, 'GET', '/media').then(
        (answer) => answer.status,
        () => 0,
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(status).toBe(200);
  },
);
