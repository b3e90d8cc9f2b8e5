import { describe, expect, test } from 'vitest';
import { toHttpHeaders } from '../../src/http/headers.ts';
import { formatRequestHeaders, formatResponseHeaders } from '../../src/http/log-headers.ts';

describe('header fields', () => {
  const headers = toHttpHeaders({ etag: '"x"', 'set-cookie': ['a', 'b'], empty: '' });

  test('get returns the first value, all and entries return all values', () => {
    expect([headers.get('etag'), headers.get('set-cookie'), headers.get('empty')]).toEqual(['"x"', 'a', '']);
    expect([headers.get('missing'), headers.get('toString')]).toEqual([null, null]);
    expect([headers.all('set-cookie'), headers.all('etag'), headers.all('missing')]).toEqual([
      ['a', 'b'],
      ['"x"'],
      [],
    ]);
    expect([...headers.entries()]).toEqual([
      ['etag', '"x"'],
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
      ['empty', ''],
    ]);
  });

  test('logs request and response headers without secrets and queries', () => {
    const request = {
      method: 'GET' as const,
      url: new URL('https://h.example/p?sig=secret'),
      headers: { authorization: 'Bearer secret', 'Proxy-Authorization': 'secret', range: 'bytes=5-' },
    };
    expect(formatRequestHeaders(request)).toEqual([
      '> GET https://h.example/p?…',
      '> authorization: ***',
      '> Proxy-Authorization: ***',
      '> range: bytes=5-',
    ]);
    const answer = toHttpHeaders({ location: 'https://s.example/f?sig=secret', 'set-cookie': ['s=secret'] });
    expect(formatResponseHeaders({ status: 302, headers: answer })).toEqual([
      '< 302',
      '< location: https://s.example/f?…',
      '< set-cookie: ***',
    ]);
  });
});
