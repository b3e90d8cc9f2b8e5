import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { isExemptFromProxy } from '../../src/http/no-proxy.ts';
import { afterThisTest } from '../support/after-this-test.ts';

/** `isBeyondCurl`: accepted here but not by curl; some curl versions also misread IPv6 networks. */
const CASES: [noProxy: string, host: string, isExempt: boolean, isBeyondCurl?: true][] = [
  ['*', 'api.example', true],
  ['*', '10.0.0.1', true],
  ['*', '[2001:4860::1]', true],
  ['a.example,*', 'b.example', true, true],
  ['* , a.example', 'b.example', true, true],
  ['example', 'api.example', true],
  ['api.example', 'api.example', true],
  ['API.Example', 'api.example', true],
  ['pi.example', 'api.example', false],
  ['.example', 'api.example', true],
  ['.api.example', 'api.example', true],
  ['api.example.', 'api.example', true],
  ['api.example', 'api.example.', true],
  ['*.example', 'api.example', true, true],
  ['a.example,api.example', 'api.example', true],
  ['a.example, api.example', 'api.example', true],
  ['a.example api.example', 'api.example', true, true],
  ['api.example:443', 'api.example', true, true],
  ['api.example:444', 'api.example', false],
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.2', '10.0.0.1', false],
  ['0.0.1', '10.0.0.1', false],
  ['10.0.0.0/8', '10.200.0.1', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['172.16.0.0/12', '172.31.255.255', true],
  ['172.16.0.0/12', '172.32.0.0', false],
  ['192.168.1.0/33', '192.168.1.1', false],
  ['192.168.1.0/x', '192.168.1.1', false],
  ['10.0.0.0/8', 'api.example', false],
  ['2001:4860::1', '[2001:4860::1]', true],
  ['[2001:4860::1]', '[2001:4860::1]', true, true],
  ['[2001:4860::1]:443', '[2001:4860::1]', true, true],
  ['[2001:4860::1]:444', '[2001:4860::1]', false, true],
  ['2001:4860:0:0::1', '[2001:4860::1]', true],
  ['2001:4860::/32', '[2001:4860:1234::1]', true, true],
  ['2001:4860::/32', '[2001:4861::1]', false, true],
  ['', 'api.example', false],
  [',', 'api.example', false],
  ['.', 'api.example', false],
];

describe('isExemptFromProxy', () => {
  test.each(CASES)('%j exempts %s: %j', (noProxy, host, isExempt) => {
    expect(isExemptFromProxy(new URL(`https://${host}/`), noProxy)).toBe(isExempt);
  });

  const common = CASES.flatMap(([noProxy, host, isExempt, isBeyondCurl]) =>
    isBeyondCurl ? [] : [{ noProxy, host, isExempt }],
  );
  test.skipIf(!hasCurl()).each(common)(
    'matches curl for $noProxy and $host',
    async ({ noProxy, host, isExempt }) => {
      expect(await curlGoesAround(noProxy, host)).toBe(isExempt);
    },
  );
});

function hasCurl(): boolean {
  try {
    // curl supports networks in NO_PROXY since 7.86.
    const [, major, minor] =
      /^curl (\d+)\.(\d+)/.exec(execFileSync('curl', ['--version'], { encoding: 'utf8' })) ?? [];
    return Number(major) * 1000 + Number(minor) >= 7_086;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Whether curl bypasses the proxy; direct connections fail immediately. */
async function curlGoesAround(noProxy: string, host: string): Promise<boolean> {
  let isAsked = false;
  const proxy = createServer((socket) => {
    isAsked = true;
    socket.on('error', () => socket.destroy());
    socket.destroy();
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  afterThisTest(async () => void proxy.close());
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const bare = host.replace(/\.$/, '');
  // Every name and address resolves to a closed local port.
  const to = [
    '--connect-to',
    `${host}:443:127.0.0.1:1`,
    '--resolve',
    `${bare.replace(/[[\]]/g, '')}:443:127.0.0.1`,
  ];
  const curl = spawn('curl', ['-s', '-m', '5', ...to, `https://${host}/`], {
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: noProxy },
    stdio: 'ignore',
  });
  await once(curl, 'close');
  return !isAsked;
}
