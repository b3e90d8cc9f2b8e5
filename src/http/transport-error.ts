import { ExpectedError } from '../errors.ts';

/** A request without a usable response: refused, reset, timed out, not HTTP, or untrusted. */
export class TransportError extends ExpectedError {
  override readonly name = 'TransportError';
  /** False if the request was certainly not sent, because the connection failed. */
  readonly mayHaveBeenSent: boolean;

  constructor(message: string, details: ExpectedError['details'], mayHaveBeenSent: boolean) {
    super('UNAVAILABLE', message, details);
    this.mayHaveBeenSent = mayHaveBeenSent;
  }
}

const NEVER_CONNECTED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'name lookup failed',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  EADDRNOTAVAIL: 'address not available',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
};

const CONNECTION_LOST: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'timed out',
  UND_ERR_SOCKET: 'connection closed by the server',
  UND_ERR_HEADERS_OVERFLOW: 'headers too large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'body shorter than its Content-Length',
  HPE_INVALID_EOF_STATE: 'incomplete response',
};

/**
 * undici's errors for an ambiguous body length (RFC 9112 6.3): repeated, invalid, or beside Transfer-Encoding. Before the
 * response starts, a mismatch means the same.
 */
const UNCLEAR_LENGTH: ReadonlySet<string> = new Set([
  'HPE_UNEXPECTED_CONTENT_LENGTH',
  'HPE_INVALID_CONTENT_LENGTH',
  'HPE_INVALID_TRANSFER_ENCODING',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** Node's and OpenSSL's codes for an untrusted certificate. */
const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Null unless the response has an ambiguous length, which a retry would not change. */
export function ambiguousLengthError(error: unknown, url: URL): ExpectedError | null {
  if (!UNCLEAR_LENGTH.has(errorCode(error))) return null;
  return new ExpectedError('BAD_RESPONSE', `ambiguous body length in the response of ${url.host}`, {
    cause: error,
    hint: 'report this to the operator of the service or the proxy',
  });
}

/** Converts an error of undici or the socket to an error for users, with the original as the cause. */
export function transportError(error: unknown, url: URL): TransportError {
  const code = errorCode(error);
  if (CERTIFICATE.test(code)) {
    return new TransportError(
      `untrusted certificate of ${url.host} (${code})`,
      {
        cause: error,
        hint: 'check the system clock, or use --cacert FILE for your own certificate authority',
      },
      false,
    );
  }
  const neverConnected = NEVER_CONNECTED[code];
  if (neverConnected !== undefined) {
    return new TransportError(
      `cannot connect to ${url.host} (${neverConnected})`,
      { cause: error, hint: 'check your network, proxy, and --api-url', transient: true },
      false,
    );
  }
  const reason = CONNECTION_LOST[code] ?? (code.startsWith('HPE_') ? 'invalid HTTP response' : code);
  return new TransportError(
    `connection to ${url.host} failed (${reason})`,
    { cause: error, transient: true },
    true,
  );
}

/**
 * The address space limit (`ulimit -v`) is too low for the HTTP parser: V8 reserves 10 GiB for each WebAssembly memory
 * for bounds checks in hardware. A retry would not help. Null for any other error.
 */
export function addressSpaceError(error: unknown): ExpectedError | null {
  if (!(error instanceof RangeError && error.message.includes('WebAssembly'))) return null;
  return new ExpectedError('CONFIG', 'the address space limit is too low for HTTP requests (ulimit -v)', {
    cause: error,
    hint: 'raise the limit, or set NODE_OPTIONS=--disable-wasm-trap-handler',
  });
}

export function timeoutError(url: URL, what: string): TransportError {
  return new TransportError(`${url.host} ${what}`, { transient: true }, true);
}

/** The first specific code in the chain of causes. */
function errorCode(error: unknown): string {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && current.code !== 'UND_ERR')
      return current.code;
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0];
    else current = current.cause;
  }
  return error instanceof Error ? error.name : 'unknown error';
}
