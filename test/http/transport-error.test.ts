import { describe, expect, test } from 'vitest';
import {
  addressSpaceError,
  ambiguousLengthError,
  timeoutError,
  transportError,
} from '../../src/http/transport-error.ts';

const URL_OF = new URL('https://api.example.com/v2?sig=secret');
const coded = (code: string, cause?: unknown) => Object.assign(new Error('x', { cause }), { code });

describe('transportError', () => {
  test.each([
    ['ECONNREFUSED', 'connection refused'],
    ['ENOTFOUND', 'no such host'],
    ['EAI_AGAIN', 'name lookup failed'],
    ['EHOSTUNREACH', 'host unreachable'],
    ['ENETUNREACH', 'network unreachable'],
    ['EADDRNOTAVAIL', 'address not available'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connection timed out'],
  ])('%s: nothing was sent, and the error is transient', (code, reason) => {
    const error = coded(code);
    expect(transportError(error, URL_OF)).toMatchObject({
      code: 'UNAVAILABLE',
      message: `cannot connect to api.example.com (${reason})`,
      mayHaveBeenSent: false,
      details: { transient: true, cause: error, hint: 'check your network, proxy, and --api-url' },
    });
  });

  test.each([
    ['ECONNRESET', 'connection reset'],
    ['EPIPE', 'connection closed'],
    ['ETIMEDOUT', 'timed out'],
    ['UND_ERR_SOCKET', 'connection closed by the server'],
    ['UND_ERR_HEADERS_OVERFLOW', 'headers too large'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'body shorter than its Content-Length'],
    ['HPE_INVALID_EOF_STATE', 'incomplete response'],
    ['HPE_INVALID_HEADER_TOKEN', 'invalid HTTP response'],
    ['EPROTO', 'EPROTO'],
  ])('%s: the request may have been sent', (code, reason) => {
    const error = coded(code);
    expect(transportError(error, URL_OF)).toMatchObject({
      code: 'UNAVAILABLE',
      message: `connection to api.example.com failed (${reason})`,
      mayHaveBeenSent: true,
      details: { transient: true, cause: error },
    });
  });

  test.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'HOSTNAME_MISMATCH',
    'INVALID_CA',
  ])('%s: nothing was sent, and the error is permanent', (code) => {
    const { message, mayHaveBeenSent, details } = transportError(coded(code), URL_OF);
    expect(message).toBe(`untrusted certificate of api.example.com (${code})`);
    expect(mayHaveBeenSent).toBe(false);
    expect(details.transient).toBeUndefined();
    expect(details.hint).toContain('--cacert FILE');
  });

  const deep = (depth: number): Error =>
    depth === 0 ? coded('ECONNRESET') : new Error('x', { cause: deep(depth - 1) });

  test.each<[string, unknown, string]>([
    [
      'taken from the cause of an unmapped undici error',
      coded('UND_ERR', coded('EPIPE')),
      'connection closed',
    ],
    [
      'taken from the first of several errors',
      new AggregateError([coded('EPIPE'), coded('ETIMEDOUT')]),
      'connection closed',
    ],
    ['taken from a single error', new AggregateError([coded('EPIPE')]), 'connection closed'],
    [
      'taken from the cause of an empty AggregateError',
      new AggregateError([], 'x', { cause: coded('EPIPE') }),
      'connection closed',
    ],
    ['taken from the fourth cause', deep(4), 'connection reset'],
    ['not taken from the fifth cause', deep(5), 'Error'],
    ['the error name without a code', new TypeError('x'), 'TypeError'],
    ['the error name with a numeric code', Object.assign(new TypeError('x'), { code: 7 }), 'TypeError'],
    ['unknown without an error', 'text', 'unknown error'],
  ])('the reason is %s', (_name, error, reason) => {
    expect(transportError(error, URL_OF).message).toBe(`connection to api.example.com failed (${reason})`);
  });
});

test.each([
  'HPE_UNEXPECTED_CONTENT_LENGTH',
  'HPE_INVALID_CONTENT_LENGTH',
  'HPE_INVALID_TRANSFER_ENCODING',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
])('%s means an ambiguous body length, which is permanent', (code) => {
  const error = coded(code);
  const ambiguous = ambiguousLengthError(error, URL_OF);
  expect(ambiguous).toMatchObject({
    code: 'BAD_RESPONSE',
    message: 'ambiguous body length in the response of api.example.com',
    details: { cause: error, hint: 'report this to the operator of the service or the proxy' },
  });
  expect(ambiguous?.details.transient).toBeUndefined();
});

test.each([coded('ECONNRESET'), new RangeError('x'), null])(
  '%s means neither an ambiguous length nor an address space limit',
  (error) => {
    expect([ambiguousLengthError(error, URL_OF), addressSpaceError(error)]).toEqual([null, null]);
  },
);

test('reports a parser out of memory as a too low address space limit', () => {
  const error = new RangeError('WebAssembly.Instance(): Out of memory');
  expect(addressSpaceError(error)).toMatchObject({
    code: 'CONFIG',
    message: 'the address space limit is too low for HTTP requests (ulimit -v)',
    details: { cause: error, hint: 'raise the limit, or set NODE_OPTIONS=--disable-wasm-trap-handler' },
  });
  expect(addressSpaceError(new Error(error.message))).toBeNull();
});

test('a timeout is transient, and the request may have been sent', () => {
  expect(timeoutError(URL_OF, 'sent nothing for 30 s')).toMatchObject({
    code: 'UNAVAILABLE',
    message: 'api.example.com sent nothing for 30 s',
    mayHaveBeenSent: true,
    details: { transient: true },
  });
});
