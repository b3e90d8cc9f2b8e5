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
export async function readBody(response: HttpResponse, options: ReadBodyOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await consumeBody(response, async (chunk) => void chunks.push(chunk), options);
  return Buffer.concat(chunks);
}

/**
 * Passes a body to `consume` chunk by chunk, within the same limits.
 * @param options.isTimeoutPerPiece limits the time between two chunks instead of that of the whole body
 * @throws what `consume` throws, and the same as readBody()
 */
export async function consumeBody(
  response: HttpResponse,
  consume: (chunk: Buffer) => Promise<void>,
  {
    limitBytes,
    timeoutMs,
    clock,
    signal,
    isTimeoutPerPiece = false,
  }: ReadBodyOptions & { readonly isTimeoutPerPiece?: boolean },
): Promise<void> {
  const { body, headers, status, url } = response;
  // Neither has content, regardless of its headers (RFC 9110 8.6, 15.3.5, 15.4.5).
  if (status === 204 || status === 304) {
    body.resume();
    return;
  }
  const encoding = headers.get('content-encoding')?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    body.destroy();
    throw new ExpectedError('BAD_RESPONSE', `unexpected content encoding from ${url.host}: ${encoding}`);
  }
  const tooSlow = isTimeoutPerPiece ? 'sent nothing for' : 'did not complete its response within';
  const startTimer = () =>
    clock.after(timeoutMs, () => body.destroy(timeoutError(url, `${tooSlow} ${timeoutMs / 1000} s`)));
  let stopTimer = startTimer();
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
      await consume(chunk);
      if (!isTimeoutPerPiece) continue;
      stopTimer();
      stopTimer = startTimer();
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
}
