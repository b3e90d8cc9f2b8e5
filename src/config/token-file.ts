import type { CachedToken } from '../auth/token-cache.ts';
import type { JsonObject } from '../parse/json.ts';
import { FILE_VERSION, requireObject, requireText, WrongValue } from './json-file.ts';

/** The maximum value of a Date. */
const LAST_MS = 8.64e15;

/** The client credentials that a token belongs to. */
export interface TokenKey {
  readonly ssoUrl: string;
  readonly tenant: string;
  readonly clientId: string;
}

/** `credential-cache.json`: tokens by `tokenKey`. */
export type CachedTokens = ReadonlyMap<string, CachedToken>;

export function tokenKey({ ssoUrl, tenant, clientId }: TokenKey): string {
  return JSON.stringify([ssoUrl, tenant, clientId]);
}

/** @throws WrongValue for an invalid document */
export function parseCachedTokens(document: JsonObject): CachedTokens {
  const tokens = requireObject(document.tokens, ['tokens']);
  return new Map(
    Object.entries(tokens).map(([name, value]) => {
      const path = ['tokens', name];
      const entry = requireObject(value, path);
      const time = (key: string): number => {
        const timeMs = entry[key];
        if (typeof timeMs !== 'number' || Math.abs(timeMs) > LAST_MS)
          throw new WrongValue(path, `${key} must be a time in milliseconds`);
        return timeMs;
      };
      return [
        name,
        {
          token: requireText(entry, 'token', path),
          fetchedMs: time('fetchedMs'),
          renewMs: time('renewMs'),
          expiresMs: time('expiresMs'),
        },
      ];
    }),
  );
}

export function cachedTokensDocument(tokens: CachedTokens): JsonObject {
  return { version: FILE_VERSION, tokens: Object.fromEntries(tokens) };
}
