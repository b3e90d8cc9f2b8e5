import { ExpectedError } from '../errors.ts';

/** A request that got no usable answer: refused, reset, timed out, not HTTP, or not to be trusted. */
export class TransportError extends ExpectedError {
  override readonly name = 'TransportError';
  /** False when the request certainly never left: the connection was not made. */
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
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
};

const CONNECTION_LOST: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'timed out',
  UND_ERR_SOCKET: 'connection closed by the other side',
  UND_ERR_HEADERS_OVERFLOW: 'the header fields are too large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body is shorter than its Content-Length',
  HPE_INVALID_EOF_STATE: 'the answer was cut off',
};

/**
 * What undici says of a header that leaves the length of the body open (RFC 9112 6.3): several Content-Length fields, one
 * that is no number, one beside a Transfer-Encoding. As long as there is no response a mismatch means the same.
 */
const UNCLEAR_LENGTH: ReadonlySet<string> = new Set([
  'HPE_UNEXPECTED_CONTENT_LENGTH',
  'HPE_INVALID_CONTENT_LENGTH',
  'HPE_INVALID_TRANSFER_ENCODING',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** Node's and OpenSSL's codes for a certificate that does not convince. */
const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Null unless a request failed because the length of its response is unclear: the next one would be the same. */
export function ambiguousLengthError(error: unknown, url: URL): ExpectedError | null {
  if (!UNCLEAR_LENGTH.has(errorCode(error))) return null;
  return new ExpectedError(
    'BAD_RESPONSE',
    `${url.host} sent a header that leaves the length of its body unclear`,
    {
      cause: error,
      hint: 'report this to the service, or to whoever runs a proxy in between',
    },
  );
}

/** Turns what undici or the socket threw into an error for users; the original stays as the cause. */
export function transportError(error: unknown, url: URL): TransportError {
  const code = errorCode(error);
  if (CERTIFICATE.test(code)) {
    return new TransportError(
      `the certificate of ${url.host} is not trusted (${code})`,
      {
        cause: error,
        hint: 'check the clock of this machine, or name your own authority with --cacert FILE',
      },
      false,
    );
  }
  const neverConnected = NEVER_CONNECTED[code];
  if (neverConnected !== undefined) {
    return new TransportError(
      `could not reach ${url.host} (${neverConnected})`,
      { cause: error, hint: 'check the network, the proxy settings and --api-url', transient: true },
      false,
    );
  }
  const reason = CONNECTION_LOST[code] ?? (code.startsWith('HPE_') ? 'the answer is not valid HTTP' : code);
  return new TransportError(
    `the connection to ${url.host} failed (${reason})`,
    { cause: error, transient: true },
    true,
  );
}

/**
 * The limit of address space (`ulimit -v`) leaves no room for the HTTP parser: V8 reserves 10 GiB for each WebAssembly
 * memory so that the processor checks its bounds. Trying again would not help. Null for any other error.
 */
export function addressSpaceError(error: unknown): ExpectedError | null {
  if (!(error instanceof RangeError && error.message.includes('WebAssembly'))) return null;
  return new ExpectedError('CONFIG', 'the limit on address space is too low for HTTP requests (ulimit -v)', {
    cause: error,
    hint: 'raise the limit, or set NODE_OPTIONS=--disable-wasm-trap-handler',
  });
}

export function timeoutError(url: URL, what: string): TransportError {
  return new TransportError(`${url.host} ${what}`, { transient: true }, true);
}

/** The most telling code along the chain of causes. */
function errorCode(error: unknown): string {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && current.code !== 'UND_ERR')
      return current.code;
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0];
    else current = current.cause;
  }
  return error instanceof Error ? error.name : 'unknown error';
}
