import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_TRAITS } from '../../../src/sandbox/dialect/traits.ts';
import { writeError } from '../../../src/sandbox/routes/write-response.ts';
import { getRequest, rawRequest } from '../../support/api/raw-request.ts';

test('an error after the headers cuts the response off', async () => {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-length': 10 }).write('half ', () => {
      writeError(new Error('too late'), { request, response, traits: DEFAULT_TRAITS, zone: 'api' });
    });
  });
  onTestFinished(() => {
    server.close().closeAllConnections();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const { text, endedBy } = await rawRequest(`http://127.0.0.1:${port}`, getRequest('/'));
  expect([text.slice(-5), endedBy]).toEqual(['half ', 'end']);
});
