import { describe, expect, test } from 'vitest';
import { readClaims } from '../../src/auth/token-claims.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (claims: unknown) => `${encode({ alg: 'none' })}.${encode(claims)}.c2ln`;

describe('readClaims', () => {
  test.each([
    [{ exp: 1_800_000_000, iss: 'https://sso.example/realms/acme' }, 1_800_000_000_000, 'acme'],
    [{ exp: 1_800_000_000.5 }, 1_800_000_000_500, null],
    [{ exp: '1800000000' }, null, null],
    [{ exp: -1 }, null, null],
    [{ exp: 1e300 }, null, null],
    [{ exp: 8.64e12 }, 8.64e15, null],
    [{ exp: 8.64e12 + 1 }, null, null],
    [{ exp: 0 }, null, null],
    [{ iss: 'https://sso.example/realms/acme/' }, null, 'acme'],
    [{ iss: 'https://sso.example/' }, null, null],
    [{ iss: 7 }, null, null],
    [[], null, null],
    [null, null, null],
    [7, null, null],
  ])('%j', (claims, expiresMs, tenant) => {
    expect(readClaims(tokenOf(claims))).toEqual({ expiresMs, tenant });
  });

  test.each(['opaque', 'a.b', 'a.b.c', 'a.b.c.d', '..', `x.${Buffer.from('{').toString('base64url')}.y`])(
    'finds no claims in %j',
    (token) => {
      expect(readClaims(token)).toEqual({ expiresMs: null, tenant: null });
    },
  );
});
