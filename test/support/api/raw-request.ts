import { connect } from 'node:net';

export interface RawAnswer {
  readonly bytes: Buffer;
  readonly text: string;
  /** How the exchange ended: closed, reset, or stopped after silence of `idleMs` or enough bytes. */
  readonly endedBy: 'end' | 'reset' | 'silence';
}

export interface RawRequestOptions {
  /** Silence after the first byte that counts as the end. Before it, a busy server gets a second. */
  readonly idleMs?: number;
  /** Disconnects after this time in any case. */
  readonly limitMs?: number;
  /** Disconnects after this many bytes. */
  readonly limitBytes?: number;
}

const FIRST_BYTE_MS = 1_000;

/** Sends bytes to a server and returns everything received, without interpreting HTTP. */
export function rawRequest(
  origin: string,
  request: string,
  { idleMs = 250, limitMs = 2_000, limitBytes = Number.POSITIVE_INFINITY }: RawRequestOptions = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let receivedBytes = 0;
    const socket = connect({ host: hostname, port: Number(port) });
    const finish = (endedBy: RawAnswer['endedBy']) => {
      clearTimeout(timer);
      socket.destroy();
      const bytes = Buffer.concat(chunks);
      resolve({ bytes, text: bytes.toString('latin1'), endedBy });
    };
    const timer = setTimeout(() => finish('silence'), limitMs);
    socket.setTimeout(FIRST_BYTE_MS, () => finish('silence'));
    socket.once('data', () => socket.setTimeout(idleMs));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      receivedBytes += chunk.length;
      if (receivedBytes >= limitBytes) finish('silence');
    });
    socket.on('end', () => finish('end'));
    socket.on('error', () => finish('reset'));
    socket.write(request);
  });
}

/** A plain GET as text, with optional header lines. */
export function getRequest(path: string, ...headerLines: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: fault.test', ...headerLines, '', ''].join('\r\n');
}

/** Everything after the first empty line. */
export function bodyOf(answer: RawAnswer): Buffer {
  const headEnd = answer.bytes.indexOf('\r\n\r\n');
  return headEnd === -1 ? Buffer.alloc(0) : answer.bytes.subarray(headEnd + 4);
}
