import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { afterThisTest } from '../../support/after-this-test.ts';
import { fakeHostFlags } from '../../support/api/fake-hosts.ts';
import { runBinary } from '../../support/process/run-binary.ts';

const HOST = '127.0.0.9';
/** Accepts no connection until it reads a byte, then returns 404. */
const SERVER = `
const server = require('node:http').createServer((request, response) => response.writeHead(404).end());
server.listen({ port: 0, host: '${HOST}', backlog: 1 }, () => {
  const fs = require('node:fs');
  fs.writeSync(1, String(server.address().port));
  fs.readSync(0, Buffer.alloc(1));
});
`;

test.skipIf(process.platform !== 'linux')(
  'case 64: waits for an address that takes a second to connect',
  async () => {
    const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
    afterThisTest(async () => void server.kill());
    const [portBytes] = await once(server.stdout, 'data');
    const port = Number(portBytes);
    // They fill the queue of the listener, so the kernel drops further SYNs, which are sent again after a second.
    const fillers = [1, 2].map(() => connect(port, HOST));
    afterThisTest(async () => fillers.forEach((socket) => void socket.destroy()));
    await Promise.all(fillers.map((socket) => once(socket, 'connect')));
    const running = runBinary(['fetch', 'some-package', '--no-wait', '--retries', '0', '--json'], {
      env: { STREAMDIVER_API_URL: `http://localhost:${port}/v2` },
      nodeFlags: fakeHostFlags({ localhost: [HOST, '::1'] }),
    });
    await isConnectingTo(port);
    server.stdin.write('.');
    expect(await running).toMatchObject({ exitCode: 3, json: { error: { httpStatus: 404 } } });
  },
);

/** Waits until a connection to this port is in the state SYN_SENT. */
async function isConnectingTo(port: number): Promise<void> {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')} 02`;
  while (!readFileSync('/proc/net/tcp', 'latin1').includes(remote)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
