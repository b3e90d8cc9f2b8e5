import { describe, expect, test } from 'vitest';
import { resolveProxy } from '../../src/config/proxy.ts';

describe('resolveProxy', () => {
  const none = { http: null, https: null };

  test.each([
    [{}, none],
    [{ HTTPS_PROXY: 'http://p:1' }, { http: null, https: 'http://p:1/' }],
    [
      { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:1' },
      { http: null, https: 'http://low:1/' },
    ],
    [
      { https_proxy: '', HTTPS_PROXY: 'http://up:1' },
      { http: null, https: 'http://up:1/' },
    ],
    [{ HTTP_PROXY: 'http://p:1' }, { http: 'http://p:1/', https: null }],
    [
      { http_proxy: 'http://low:1', HTTP_PROXY: 'http://up:1' },
      { http: 'http://low:1/', https: null },
    ],
    [{ HTTP_PROXY: 'http://p:1', REQUEST_METHOD: 'GET' }, none],
    [{ ALL_PROXY: 'http://all:1' }, { http: 'http://all:1/', https: 'http://all:1/' }],
    [
      { all_proxy: 'http://low:1', ALL_PROXY: 'http://up:1' },
      { http: 'http://low:1/', https: 'http://low:1/' },
    ],
    [
      { ALL_PROXY: 'http://all:1', HTTPS_PROXY: 'https://s:1' },
      { http: 'http://all:1/', https: 'https://s:1/' },
    ],
    [{ HTTPS_PROXY: 'proxy.example:3128' }, { http: null, https: 'http://proxy.example:3128/' }],
  ])('%j', (env, wanted) => {
    const { http, https } = resolveProxy(env);
    expect({ http: http?.url ?? null, https: https?.url ?? null }).toEqual(wanted);
  });

  test.each([
    ['http://p:1', null],
    ['http://user:pass@p:1', 'user:pass'],
    ['http://user@p:1', 'user:'],
    ['http://:pass@p:1', ':pass'],
    ['http://user:%70%40%3A@p:1', 'user:p@:'],
    ['http://user:100%@p:1', 'user:100%'],
    ['http://us%er:%zz%4@p:1', 'us%er:%zz%4'],
    ['http://user:pä@p:1', 'user:pä'],
  ])('%s authenticates as %j', (proxy, userInfo) => {
    const { https } = resolveProxy({ HTTPS_PROXY: proxy });
    const wanted = userInfo === null ? null : `Basic ${Buffer.from(userInfo).toString('base64')}`;
    expect(https).toMatchObject({ url: 'http://p:1/', authorization: wanted });
  });

  test.each([
    [{}, 'localhost,127.0.0.1,[::1]'],
    [{ NO_PROXY: 'a.example' }, 'a.example,localhost,127.0.0.1,[::1]'],
    [{ no_proxy: 'low', NO_PROXY: 'up' }, 'low,localhost,127.0.0.1,[::1]'],
    [{ no_proxy: '', NO_PROXY: 'up' }, 'up,localhost,127.0.0.1,[::1]'],
  ])('with %j, noProxy is %s', (env, noProxy) => {
    expect(resolveProxy(env).noProxy).toBe(noProxy);
  });

  test.each(['socks5://p:1', 'ftp://p', 'http://', 'http://[', '://'])(
    'rejects %s without repeating it',
    (proxy) => {
      expect(() => resolveProxy({ HTTPS_PROXY: proxy })).toThrow(
        expect.objectContaining({ code: 'CONFIG', message: expect.not.stringContaining(proxy) }),
      );
    },
  );
});
