import { once } from 'node:events';
import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';
import type { HttpResponse } from '../../http/transport.ts';
import { transportError } from '../../http/transport-error.ts';
import { UnexpectedResponseError } from './classify-response.ts';
import { detectStalls } from './stall-detector.ts';

/**
 * Passes the first bytes of a body to `inspectStart` without consuming them. A response without the file must not cost
 * the existing bytes.
 * @throws UnexpectedResponseError if `inspectStart` refuses them, TransportError if there are none; the caller then
 *   destroys the body
 */
export async function peek(
  { body, headers, url }: HttpResponse,
  inspectStart: (head: Buffer, contentType: string | null) => void,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const watch = detectStalls(clock, (error) => body.destroy(error));
  let read: unknown;
  try {
    if (body.destroyed) throw body.errored ?? new Error('the stream was closed');
    // An empty body never becomes readable.
    if (body.readableLength === 0) await Promise.race([once(body, 'readable'), once(body, 'end')]);
    read = body.read();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ExpectedError ? error : transportError(error, url);
  } finally {
    watch.stop();
  }
  const head = Buffer.isBuffer(read) ? read : Buffer.alloc(0);
  if (head.length > 0) body.unshift(head);
  try {
    inspectStart(head, headers.get('content-type'));
  } catch (error) {
    throw error instanceof ExpectedError
      ? new UnexpectedResponseError(error.code, error.message, error.details)
      : error;
  }
}
