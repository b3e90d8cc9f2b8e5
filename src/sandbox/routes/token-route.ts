import type { TokenRefusal, TokenResponse } from '../../api/wire.ts';
import { readBody } from '../server/request-body.ts';
import type { ApiCall, SandboxResponse } from '../state/api-call.ts';

/** OAuth 2.0 client credentials with the responses of Keycloak (RFC 6749, 4.4 and 5.2). */
export async function issueToken({ request, parameter, state }: ApiCall): Promise<SandboxResponse> {
  const { traits, tokens, tenant } = state;
  const form = new URLSearchParams(await readBody(request, 'application/x-www-form-urlencoded'));
  if (parameter('tenant') !== tenant) return refuse(404, 'Realm does not exist');
  const grantType = form.get('grant_type');
  if (grantType === null) return refuse(400, 'invalid_request', 'Missing form parameter: grant_type');
  if (grantType !== 'client_credentials') {
    return refuse(400, 'unsupported_grant_type', 'Unsupported grant_type');
  }
  const isKnown =
    form.get('client_id') === tokens.clientId && form.get('client_secret') === tokens.clientSecret;
  if (!isKnown) {
    return refuse(401, 'invalid_client', 'Invalid client or Invalid client credentials (this is a sandbox)');
  }
  const { token, expiresInSeconds } = tokens.issue();
  const json: TokenResponse = { access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds };
  const expiresIn = traits['expires-in'];
  if (expiresIn === 'number') return { status: 200, json };
  const { expires_in: seconds, ...rest } = json;
  if (expiresIn === 'absent') return { status: 200, json: rest };
  return { status: 200, json: { ...rest, expires_in: expiresIn === 'text' ? String(seconds) : null } };
}

function refuse(status: number, error: string, description?: string): SandboxResponse {
  const json: TokenRefusal =
    description === undefined ? { error } : { error, error_description: description };
  return { status, json };
}
