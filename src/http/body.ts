import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { withoutQuery } from './origin.ts';
import type { HttpResponse } from './transport.ts';
import { TransportError, timeoutError, transportError } from './transport-error.ts';

export interface ReadBodyOptions {
  readonly limitBytes: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Reads a body into memory, with limits on size and time.
 * @throws ExpectedError BAD_RESPONSE when it is too large or has an unexpected encoding; TransportError when it is
 *   incomplete or too slow
 */
export async function readBody(
  response: HttpResponse,
  { limitBytes, timeoutMs, clock, signal }: ReadBodyOptions,
): Promise<Buffer> {
  const { body, headers, status, url } = response;
  // Neither has content, regardless of its headers (RFC 9110 8.6, 15.3.5, 15.4.5).
  if (status === 204 || status === 304) {
    body.resume();
    return Buffer.alloc(0);
  }
  const encoding = headers.get('content-encoding')?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    body.destroy();
    throw new ExpectedError('BAD_RESPONSE', `unexpected content encoding from ${url.host}: ${encoding}`);
  }
  const tooSlow = timeoutError(url, `did not complete its response within ${timeoutMs / 1000} s`);
  const stopTimer = clock.after(timeoutMs, () => body.destroy(tooSlow));
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) {
        throw new ExpectedError(
          'BAD_RESPONSE',
          `the response of ${withoutQuery(url)} is larger than ${limitBytes / 1_048_576} MiB`,
        );
      }
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExpectedError) throw error;
    throw transportError(error, url);
  } finally {
    stopTimer();
    body.destroy();
  }
  const announced = headers.get('content-length');
  if (announced !== null && Number(announced) !== sizeBytes) {
    throw new TransportError(`incomplete response from ${url.host}`, { transient: true }, true);
  }
  return Buffer.concat(chunks);
}
