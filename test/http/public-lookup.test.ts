import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { guardPrivateNetworks } from '../../src/http/public-lookup.ts';

const PUBLIC = { apiUrl: new URL('https://api.example.com'), ssoUrl: new URL('https://sso.example.com') };

/** What net.connect() receives for a name. */
function find(guard: ReturnType<typeof guardPrivateNetworks>, hostname: string, all: boolean) {
  return new Promise<{ error: Error | null; address: string | LookupAddress[]; family?: number | undefined }>(
    (resolve) => {
      guard.lookup(hostname, { all, family: 4 }, (error, address, family) =>
        resolve({ error, address, family }),
      );
    },
  );
}

describe('a public service', () => {
  test.each(['https://10.0.0.1:8080/f', 'http://localhost/', 'https://[::1]/'])(
    'cannot redirect to %s',
    (url) => {
      const { host } = new URL(url);
      expect(() => guardPrivateNetworks(PUBLIC).check(new URL(url))).toThrow(
        expect.objectContaining({
          code: 'UNSAFE',
          message: `refusing redirect to the private address ${host}`,
          details: { hint: 'report this to the operator of the service' },
        }),
      );
    },
  );

  test.each(['https://cdn.example.com/f', 'https://8.8.8.8/f', 'https://api.example.com/f'])(
    'can redirect to %s',
    (url) => {
      expect(() => guardPrivateNetworks(PUBLIC).check(new URL(url))).not.toThrow();
    },
  );

  test.each([true, false])('cannot redirect to a name with only private addresses (all: %j)', async (all) => {
    const { error, address } = await find(guardPrivateNetworks(PUBLIC), 'localhost', all);
    expect(error).toMatchObject({
      code: 'UNSAFE',
      message: 'refusing redirect to the private address localhost',
    });
    expect(address).toEqual([]);
  });

  test('can redirect to a public address', async () => {
    expect(await find(guardPrivateNetworks(PUBLIC), '8.8.8.8', true)).toEqual({
      error: null,
      address: [{ address: '8.8.8.8', family: 4 }],
      family: undefined,
    });
    expect(await find(guardPrivateNetworks(PUBLIC), '8.8.8.8', false)).toEqual({
      error: null,
      address: '8.8.8.8',
      family: 4,
    });
  });

  test('stays public when its own name resolves to public addresses only', async () => {
    const guard = guardPrivateNetworks({ ...PUBLIC, apiUrl: new URL('https://8.8.8.8') });
    expect((await find(guard, '8.8.8.8', true)).error).toBeNull();
    expect(() => guard.check(new URL('https://10.0.0.2/f'))).toThrow('private address');
  });

  test('passes on the lookup error for a name without addresses', async () => {
    const { error, address } = await find(guardPrivateNetworks(PUBLIC), 'no host', true);
    expect(error).toMatchObject({ syscall: 'getaddrinfo', hostname: 'no host' });
    expect(address).toEqual([]);
  });

  test.each(['apiUrl', 'ssoUrl'])(
    'may itself be in a private network when the user configured that (%s)',
    async (key) => {
      const guard = guardPrivateNetworks({ ...PUBLIC, [key]: new URL('https://localhost') });
      expect(await find(guard, 'localhost', true)).toMatchObject({
        error: null,
        address: [{ address: '127.0.0.1' }],
      });
      expect(() => guard.check(new URL('https://localhost:1/f'))).not.toThrow();
    },
  );

  test('a private sign-in service does not allow other private hosts', async () => {
    const guard = guardPrivateNetworks({ ...PUBLIC, ssoUrl: new URL('https://127.0.0.1') });
    expect(() => guard.check(new URL('https://10.0.0.1'))).toThrow('private address');
    expect((await find(guard, 'localhost', true)).error).toMatchObject({ code: 'UNSAFE' });
  });
});

test('an API in a private network can redirect to other private hosts', async () => {
  const guard = guardPrivateNetworks({ ...PUBLIC, apiUrl: new URL('https://10.0.0.1') });
  expect(() => guard.check(new URL('https://10.0.0.2/f'))).not.toThrow();
  expect((await find(guard, 'localhost', true)).error).toBeNull();
});

test('an API name that resolved to a private address can redirect to other private hosts', async () => {
  // In a URL with a non-special scheme, 127.1 stays a name; the lookup resolves it to 127.0.0.1.
  const guard = guardPrivateNetworks({ ...PUBLIC, apiUrl: new URL('name://127.1') });
  expect(() => guard.check(new URL('https://10.0.0.2/f'))).toThrow('private address');
  expect(await find(guard, '127.1', false)).toEqual({ error: null, address: '127.0.0.1', family: 4 });
  expect(() => guard.check(new URL('https://10.0.0.2/f'))).not.toThrow();
});
