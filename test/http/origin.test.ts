import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isExpectedError } from '../../src/errors.ts';
import { isLoopback, mayCarryCredential, parseServerUrl, withoutQuery } from '../../src/http/origin.ts';

describe('URLs that may carry the credential', () => {
  const origin = 'https://api.example.com';

  test.each([
    ['https://api.example.com/v2/x?y', true],
    ['https://api.example.com:443/', true],
    ['https://API.EXAMPLE.COM/', true],
    ['http://api.example.com/', false],
    ['https://api.example.com:8443/', false],
    ['https://sub.api.example.com/', false],
    ['https://example.com/', false],
    ['https://api.example.com.evil.example/', false],
    ['https://api.example.com@evil.example/', false],
    ['https://user@api.example.com/', false],
    ['https://api.example.com./', false],
  ])('%s: %j', (url, may) => {
    expect(mayCarryCredential(new URL(url), origin)).toBe(may);
  });

  test.each([
    ['http://localhost:1', true],
    ['http://127.0.0.1', true],
    ['http://127.9.8.7', true],
    ['http://[::1]:1', true],
    ['http://2130706433', true],
    ['http://0x7f.1', true],
    ['http://127.0.0.1.example.com', false],
    ['http://localhost.example.com', false],
    ['http://0.0.0.0', false],
    ['http://10.0.0.1', false],
    ['http://[::ffff:127.0.0.1]', false],
  ])('%s is a loopback URL: %j', (url, isHere) => {
    expect(isLoopback(new URL(url))).toBe(isHere);
  });
});

describe('parseServerUrl', () => {
  const base = new URL('https://api.example.com/v2/downloads/1');
  const sandbox = new URL('http://127.0.0.1:1/v2');

  test.each([
    ['https://storage.example.com/f?sig=1', base, 'https://storage.example.com/f?sig=1'],
    ['/v2/downloads/file/7', base, 'https://api.example.com/v2/downloads/file/7'],
    ['file/7', base, 'https://api.example.com/v2/downloads/file/7'],
    ['//cdn.example.com/f', base, 'https://cdn.example.com/f'],
    ['http://127.0.0.1:2/f', sandbox, 'http://127.0.0.1:2/f'],
    ['https://storage.example.com/f', sandbox, 'https://storage.example.com/f'],
  ])('accepts %s', (text, from, href) => {
    expect(parseServerUrl(text, from).href).toBe(href);
  });

  test.each([
    ['http://storage.example.com/f', base, 'UNSAFE'],
    ['http://127.0.0.1/f', base, 'UNSAFE'],
    ['http://storage.example.com/f', sandbox, 'UNSAFE'],
    ['ftp://storage.example.com/f', base, 'UNSAFE'],
    ['file:///etc/passwd', base, 'UNSAFE'],
    ['data:,x', base, 'UNSAFE'],
    ['javascript:alert(1)', base, 'UNSAFE'],
    ['https://user:word@storage.example.com/f', base, 'UNSAFE'],
    ['https://api.example.com@evil.example/f', base, 'UNSAFE'],
    ['https://', base, 'BAD_RESPONSE'],
    ['http://[', base, 'BAD_RESPONSE'],
  ])('rejects %s', (text, from, code) => {
    expect(() => parseServerUrl(text, from)).toThrow(expect.objectContaining({ code }));
  });

  test('never resolves any text to a protocol other than https', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ validSchemes: ['http', 'https', 'ftp'] })), (text) => {
        let protocol: string;
        try {
          ({ protocol } = parseServerUrl(text, base));
        } catch (error) {
          protocol = isExpectedError(error) ? 'https:' : String(error);
        }
        expect(protocol).toBe('https:');
      }),
    );
  });

  test('withoutQuery removes the query and the fragment', () => {
    expect(withoutQuery(new URL('https://h.example/p?sig=secret#x'))).toBe('https://h.example/p');
  });
});
