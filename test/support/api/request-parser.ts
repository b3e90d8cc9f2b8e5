/** An HTTP/1.1 request exactly as received. */
export interface ParsedRequest {
  readonly method: string;
  /** The request target as sent: path and query, still encoded. */
  readonly target: string;
  /** Names as sent, in order, including repeated ones. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  /** Lower-case names; repeated ones are joined with `, `. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/**
 * Parses the first complete request of a connection; undefined if it is incomplete.
 * Framing is Content-Length or chunked (RFC 9112 section 6), as strict as clients under test require.
 * @throws Error for bytes that are not a request
 */
export function takeRequest(received: Buffer): { request: ParsedRequest; rest: Buffer } | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [requestLine = '', ...headerLines] = received.toString('latin1', 0, headEnd).split('\r\n');
  const match = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(requestLine);
  if (match === null) throw new Error(`not a request line: ${JSON.stringify(requestLine)}`);
  const rawHeaders = headerLines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new Error(`not a header line: ${JSON.stringify(line)}`);
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const headers = new Map<string, string>();
  for (const [name, value] of rawHeaders) {
    const before = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  const framed = takeBody(received.subarray(headEnd + 4), headers);
  if (framed === undefined) return undefined;
  return {
    request: { method: match[1] ?? '', target: match[2] ?? '', rawHeaders, headers, body: framed.body },
    rest: framed.rest,
  };
}

interface FramedBody {
  readonly body: Buffer;
  readonly rest: Buffer;
}

function takeBody(after: Buffer, headers: ReadonlyMap<string, string>): FramedBody | undefined {
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return takeChunkedBody(after);
  const sizeBytes = Number(headers.get('content-length') ?? 0);
  if (after.length < sizeBytes) return undefined;
  return { body: after.subarray(0, sizeBytes), rest: after.subarray(sizeBytes) };
}

function takeChunkedBody(after: Buffer): FramedBody | undefined {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = after.indexOf('\r\n', position);
    if (lineEnd === -1) return undefined;
    const sizeBytes = Number.parseInt(after.toString('latin1', position, lineEnd), 16);
    const dataStart = lineEnd + 2;
    const next = dataStart + sizeBytes + 2;
    if (after.length < next) return undefined;
    if (sizeBytes === 0) return { body: Buffer.concat(chunks), rest: after.subarray(next) };
    chunks.push(after.subarray(dataStart, dataStart + sizeBytes));
    position = next;
  }
}
