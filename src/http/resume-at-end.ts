import { channel } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import symbols from 'undici/lib/core/symbols.js';

/** The parser of undici, as far as it is used here. */
interface Parser {
  paused: boolean;
  readonly ptr: number;
  readonly llhttp: { llhttp_resume(ptr: number): void };
  /** Parses what is left. */
  resume(): void;
}

interface ParsedSocket extends Socket {
  /** undefined for another copy of undici, such as the one behind Node's fetch(). */
  readonly [symbols.kParser]: Parser | null | undefined;
}

/**
 * Resumes a paused parser when its connection ends. undici 7 pauses the parser while the reader of a body is behind. If the
 * server closes the connection meanwhile, it throws an AssertionError that nothing can catch, or it loses the end
 * of a complete body (nodejs/undici#5360). Only version 8 has a fix, and it does not support Node.js 20.
 */
export function resumeAtEnd(): void {
  channel('undici:client:connected').subscribe((message) => {
    if (!hasSocket(message)) return;
    const { socket } = message;
    socket.prependListener('end', () => {
      const parser = socket[symbols.kParser];
      if (parser?.paused !== true) return;
      parser.resume();
      // A body that ends with the connection pauses again, because it is not complete yet.
      if (!parser.paused) return;
      parser.llhttp.llhttp_resume(parser.ptr);
      parser.paused = false;
    });
  });
}

function hasSocket(message: unknown): message is { readonly socket: ParsedSocket } {
  return (
    typeof message === 'object' && message !== null && 'socket' in message && message.socket instanceof Socket
  );
}
