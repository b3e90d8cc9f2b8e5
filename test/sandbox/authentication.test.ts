import { describe, expect, test } from 'vitest';
import type { TokenResponse } from '../../src/api/wire.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { validateAnswer } from '../support/api/openapi.ts';
import { call, openSandbox, type Received, send } from './conversation.ts';

interface TokenRequest {
  readonly tenant?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly contentType?: string;
}

async function requestToken(
  sandbox: Sandbox,
  options: TokenRequest = {},
): Promise<Received & { body: unknown }> {
  const { tenant = sandbox.tenant, contentType = 'application/x-www-form-urlencoded' } = options;
  const form = {
    grant_type: 'client_credentials',
    client_id: sandbox.clientId,
    client_secret: sandbox.clientSecret,
    ...options.form,
  };
  const path = `/realms/${tenant}/protocol/openid-connect/token`;
  const received = await send(`${sandbox.ssoUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: new URLSearchParams(form).toString(),
  });
  const body: unknown = JSON.parse(received.bytes.toString());
  validateAnswer('POST', path, received.status, body);
  return { ...received, body };
}

function tokenOf(body: unknown): TokenResponse {
  if (typeof body !== 'object' || body === null || !('access_token' in body)) throw new Error('no token');
  return { access_token: String(body.access_token) };
}

describe('the token endpoint', () => {
  test('issues a token for client credentials that the API accepts', async () => {
    const sandbox = await openSandbox();
    const { status, body, headers } = await requestToken(sandbox);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^sandbox-/),
      token_type: 'Bearer',
      expires_in: 57_600,
    });
    expect(headers['x-request-id']).toMatch(/^sandbox-/);
    const authorization = `Bearer ${tokenOf(body).access_token}`;
    expect((await call(sandbox, 'GET', '/media', { headers: { authorization } })).status).toBe(200);
  });

  test.each([
    ['a wrong secret', { form: { client_secret: 'wrong' } }, 401, 'invalid_client'],
    ['a wrong client', { form: { client_id: 'wrong' } }, 401, 'invalid_client'],
    ['an unknown tenant', { tenant: 'other' }, 404, 'Realm does not exist'],
    ['another grant', { form: { grant_type: 'password' } }, 400, 'unsupported_grant_type'],
  ])('rejects %s like Keycloak', async (_what, request, status, error) => {
    const answer = await requestToken(await openSandbox(), request);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error });
  });

  test('rejects JSON', async () => {
    const answer = await requestToken(await openSandbox(), { contentType: 'application/json' });
    expect(answer.status).toBe(415);
  });
});

describe('the API', () => {
  test.each([
    ['/media', 'GET'],
    ['/media/some-id', 'GET'],
    ['/media/some-id/metadata/transcripts', 'GET'],
    ['/search?type=mediaasset', 'GET'],
    ['/downloads', 'GET'],
    ['/downloads/some-id', 'DELETE'],
  ])('requires a token for %s (%s)', async (path, method) => {
    const answer = await call(await openSandbox(), method, path, { headers: {} });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
  });

  test('case 137: rejects a real token with a hint and never echoes it', async () => {
    const sandbox = await openSandbox();
    const authorization = 'Bearer eyJhbGciOi.c2VjcmV0.real';
    const answer = await call(sandbox, 'GET', '/downloads', { headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(answer.body.message).toContain('this sandbox accepts only its own tokens');
    expect(answer.bytes.toString() + JSON.stringify(answer.headers)).not.toContain('c2VjcmV0');
  });

  test.each(['Bearer sandbox-token-of-another', 'Basic c2FuZGJveA==', 'Bearer', 'Bearer a b'])(
    'rejects Authorization: %s',
    async (authorization) => {
      const sandbox = await openSandbox();
      const answer = await call(sandbox, 'GET', '/downloads', { headers: { authorization } });
      expect(answer.status).toBe(401);
    },
  );

  test('rejects a wrong token even where none is required', async () => {
    const sandbox = await openSandbox();
    const headers = { authorization: 'Bearer sandbox-wrong' };
    expect((await call(sandbox, 'GET', '/downloads/some-id', { headers })).status).toBe(401);
  });
});

test('unauthorized-after', async () => {
  const sandbox = await openSandbox('unauthorized-after=2');
  const headers = { authorization: `Bearer ${tokenOf((await requestToken(sandbox)).body).access_token}` };
  const statuses = [];
  for (let count = 0; count < 4; count += 1) {
    statuses.push((await call(sandbox, 'GET', '/media', { headers })).status);
  }
  expect(statuses).toEqual([200, 200, 401, 401]);
  const renewed = { authorization: `Bearer ${tokenOf((await requestToken(sandbox)).body).access_token}` };
  expect((await call(sandbox, 'GET', '/media', { headers: renewed })).status).toBe(200);
});
