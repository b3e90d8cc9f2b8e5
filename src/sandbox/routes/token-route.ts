import type { TokenRefusal, TokenResponse } from '../../api/wire.ts';
import { readBody } from '../server/request-body.ts';
import type { ApiCall, SandboxResponse } from '../state/api-call.ts';

/** OAuth 2.0 client credentials with the responses of Keycloak (RFC 6749, 4.4 and 5.2). */
export async function issueToken({ request, parameter, state }: ApiCall): Promise<SandboxResponse> {
  const { faults, traits, tokens, tenant } = state;
  if (faults.take('token-503') !== undefined)
    return refuse(503, 'temporarily_unavailable', 'Try again later');
  if (faults.find('token-html') !== undefined) {
    return { status: 200, text: '<!doctype html><title>Sign in</title>\n', mimeType: 'text/html' };
  }
  const form = new URLSearchParams(await readBody(request, 'application/x-www-form-urlencoded'));
  if (parameter('tenant') !== tenant) return refuse(404, 'Realm does not exist');
  const grantType = form.get('grant_type');
  if (grantType === null) return refuse(400, 'invalid_request', 'Missing form parameter: grant_type');
  if (grantType !== 'client_credentials') {
    return refuse(400, 'unsupported_grant_type', 'Unsupported grant_type');
  }
  const isKnown =
    form.get('client_id') === tokens.clientId && form.get('client_secret') === tokens.clientSecret;
  if (!isKnown || faults.find('token-refused') !== undefined) {
    return refuse(401, 'invalid_client', 'Invalid client or Invalid client credentials (this is a sandbox)');
  }
  if (faults.find('token-missing') !== undefined) return { status: 200, json: { token_type: 'Bearer' } };
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
