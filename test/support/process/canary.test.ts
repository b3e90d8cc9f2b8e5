import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { getRequest, rawRequest } from '../api/raw-request.ts';
import { startFaultServer } from '../faults/fault-server.ts';
import { makeTempFolder } from '../temp-folder.ts';
import { assertNoCanaryElsewhere, assertNoSecretInFiles, CANARY_TOKEN, findSecret } from './canary.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test.each([
  ['raw', CANARY_TOKEN],
  ['truncated at both ends', CANARY_TOKEN.slice(8, -4)],
  ['in capitals', CANARY_TOKEN.toUpperCase()],
  ['percent-encoded', encodeURIComponent(CANARY_TOKEN)],
  ['percent-encoded in lower case', encodeURIComponent(CANARY_TOKEN).toLowerCase()],
  [
    'every character percent-encoded',
    CANARY_TOKEN.replaceAll(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`),
  ],
  ['base64', base64(CANARY_TOKEN)],
  ['base64 after one character', base64(`a${CANARY_TOKEN}zz`)],
  ['base64 after a user name', base64(`id:${CANARY_TOKEN}`)],
  ['base64url', Buffer.from(`{"token":"${CANARY_TOKEN}"}`).toString('base64url')],
  ['reversed', Array.from(CANARY_TOKEN).toReversed().join('')],
  ['hex', Buffer.from(CANARY_TOKEN).toString('hex')],
  ['JSON with escaped slashes', CANARY_TOKEN.replaceAll('/', '\\/')],
  [
    'JSON with every character escaped',
    CANARY_TOKEN.replaceAll(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  ],
])('finds a secret spelled %s', (_name, text) => {
  expect(findSecret(`before ${text} after`, CANARY_TOKEN)).toBeDefined();
});

test('accepts a mask with the last four characters', () => {
  expect(findSecret(`sandbox-…${CANARY_TOKEN.slice(-4)}`, CANARY_TOKEN)).toBeUndefined();
  expect(findSecret(base64('sandbox-something-else-entirely'), CANARY_TOKEN)).toBeUndefined();
});

test('searches files and their names, does not follow links, and exempts only the store', () => {
  const folder = makeTempFolder();
  const outside = makeTempFolder();
  writeFileSync(join(outside, 'secret'), CANARY_TOKEN);
  symlinkSync(outside, join(folder, 'link'));
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 'store.json'), CANARY_TOKEN);
  expect(() => assertNoSecretInFiles(folder)).toThrow('store.json');
  assertNoSecretInFiles(folder, [CANARY_TOKEN], (path) => path.endsWith('store.json'));
  writeFileSync(join(folder, encodeURIComponent(CANARY_TOKEN)), '');
  expect(() => assertNoSecretInFiles(folder, [CANARY_TOKEN], (path) => path.endsWith('store.json'))).toThrow(
    'the name of',
  );
});

test('finds a credential sent to another origin but not to its own', async () => {
  const servers = await Promise.all(
    [0, 1].map(() => startFaultServer((_request, reply) => reply.send(200, [], ''))),
  );
  for (const server of servers) {
    await rawRequest(server.origin, getRequest('/', `X-Api-Key: ${CANARY_TOKEN}`));
  }
  const [own, other] = servers;
  assertNoCanaryElsewhere(own === undefined ? [] : [own], own?.origin ?? '');
  expect(() => assertNoCanaryElsewhere(servers, own?.origin ?? '')).toThrow(
    `connection 0 of ${other?.origin}`,
  );
});
