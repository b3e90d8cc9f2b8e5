import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tokenKey } from '../../../src/config/token-file.ts';
import { startApi } from '../../support/api/api-server.ts';
import { CANARY_TOKEN } from '../../support/process/canary.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { credentialsOf, placeWithStore, storedFiles } from '../../support/stored-files.ts';

const CLIENT = { kind: 'client', tenant: 'acme', clientId: 'id', clientSecret: 'a-secret-that-is-long' };

test('encodes a lone surrogate in a stored tenant', async () => {
  const api = await startApi();
  const credentials = credentialsOf(api.origin, { ...CLIENT, ssoUrl: api.origin, tenant: 'a\ud800' });
  const place = placeWithStore({ credentials });
  const run = await runBinary(['list', '--json'], { api, place, token: null });
  expect(run.requests.map(({ path }) => path)).toContain('/realms/a%EF%BF%BD/protocol/openid-connect/token');
});

test('ignores a cached token with an impossible expiry date', async () => {
  const api = await startApi();
  const ssoUrl = `${api.origin}/`;
  const place = placeWithStore({ credentials: credentialsOf(api.origin, { ...CLIENT, ssoUrl }) });
  const token = { token: CANARY_TOKEN, fetchedMs: 1, renewMs: 1e300, expiresMs: 1e300 };
  writeFileSync(
    storedFiles(place).tokens,
    JSON.stringify({ version: 1, tokens: { [tokenKey({ ...CLIENT, ssoUrl })]: token } }),
    { mode: 0o600 },
  );
  expect(await runBinary(['whoami', '--json'], { api, place, token: null })).toMatchObject({ exitCode: 0 });
});
