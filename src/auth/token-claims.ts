import { isExpectedError } from '../errors.ts';
import { isObject, parseJson } from '../parse/json.ts';

/** The unverified claims of a token. They are only displayed. */
export interface TokenClaims {
  /** Milliseconds since 1970. */
  readonly expiresMs: number | null;
  /** The realm of a Keycloak issuer. */
  readonly tenant: string | null;
}

const NO_CLAIMS: TokenClaims = { expiresMs: null, tenant: null };
/** The maximum value of a Date. */
const LAST_MS = 8.64e15;

/** Reads the claims `exp` and `iss` of a JSON Web Token (RFC 7519, 4.1). Other tokens have no claims. */
export function readClaims(token: string): TokenClaims {
  const parts = token.split('.');
  const [, payload] = parts;
  if (parts.length !== 3 || payload === undefined) return NO_CLAIMS;
  try {
    const claims = parseJson(Buffer.from(payload, 'base64url'), 'the token');
    if (!isObject(claims)) return NO_CLAIMS;
    const { exp, iss } = claims;
    const [, realm] = typeof iss === 'string' ? (/\/realms\/([^/?#]+)\/?$/.exec(iss) ?? []) : [];
    const isTime = typeof exp === 'number' && exp > 0 && exp * 1000 <= LAST_MS;
    return { expiresMs: isTime ? exp * 1000 : null, tenant: realm ?? null };
  } catch (error) {
    if (!isExpectedError(error, 'BAD_RESPONSE')) throw error;
    return NO_CLAIMS;
  }
}
