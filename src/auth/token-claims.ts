import { isExpectedError } from '../errors.ts';
import { isObject, parseJson } from '../parse/json.ts';

/** What a token says of itself. Nothing is verified: it is shown to its owner and decides nothing. */
export interface TokenClaims {
  /** Milliseconds since 1970. */
  readonly expiresMs: number | null;
  /** The realm of a Keycloak issuer. */
  readonly tenant: string | null;
}

const NO_CLAIMS: TokenClaims = { expiresMs: null, tenant: null };
/** The last moment that a Date can show. */
const LAST_MS = 8.64e15;

/** Reads the claims `exp` and `iss` of a JSON Web Token (RFC 7519, 4.1); of any other token nothing is known. */
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
