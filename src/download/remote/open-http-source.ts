import type { Api } from '../../api/client.ts';
import { withRetries } from '../../http/retry.ts';
import { type RequestedRange, sizeMismatch } from '../response/classify-response.ts';
import { peek } from '../response/peek.ts';
import { createRemoteObject, type RemoteObject } from '../response/remote-object.ts';
import { createRetryBudget, type RetryBudget } from '../transfer/retry-budget.ts';
import { bodyPieces } from './body-pieces.ts';
import {
  createHttpSource,
  type HttpSource,
  type HttpSourceContext,
  NoRangesError,
  type ObjectTail,
} from './http-source.ts';

export type HttpSourceOpening =
  | { readonly kind: 'source'; readonly source: HttpSource }
  /** The server does not hand out parts: the object can only be had as a whole. */
  | { readonly kind: 'no-ranges'; readonly reason: string };

export interface HttpSourceRequest {
  readonly url: URL;
  /** Asks the API for the file's URL again when the present one is refused. */
  readonly renewUrl: () => Promise<URL>;
  /** What the API says; null when it does not. */
  readonly sizeBytes: number | null;
  /** How much of the end comes with the first request, and is kept. */
  readonly tailBytes: number;
  /** Sees the type and the first bytes where the whole comes instead of a part; throws to refuse them. */
  readonly inspectStart: (head: Buffer, contentType: string | null) => void;
}

const NO_RANGES = 'the server does not send parts of files';

/**
 * Opens an object by asking for its last bytes, which tells its size and version as well (RFC 9110
 * 14.1.2, suffix ranges). A server that has ranges but not this form is asked once more in numbers. Where
 * the response breaks off, what came of it is kept.
 * @throws ExpectedError INTEGRITY when the size is not the one the API told; what `inspectStart` and `read` throw
 */
export async function openHttpSource(
  request: HttpSourceRequest,
  context: HttpSourceContext & { readonly api: Pick<Api, 'openFile'> },
): Promise<HttpSourceOpening> {
  const object = createRemoteObject(request, context);
  const { sizeBytes, tailBytes } = request;
  const ask = (asked: RequestedRange) =>
    withRetries(() => takeTail(asked, request, object, context), { ...context });
  let tail = await ask({ suffixBytes: tailBytes });
  if (tail.kind === 'no-suffix' && sizeBytes !== null && sizeBytes > 0) {
    tail = await ask({ start: Math.max(sizeBytes - tailBytes, 0), end: sizeBytes });
  }
  if (tail.kind !== 'tail') return { kind: 'no-ranges', reason: NO_RANGES };
  try {
    await completeTail(tail, object, context);
  } catch (error) {
    if (error instanceof NoRangesError) return { kind: 'no-ranges', reason: error.message };
    throw error;
  }
  return { kind: 'source', source: createHttpSource(tail, object, context) };
}

/** The end of an object, of which only the first bytes may have come. */
interface BegunTail extends ObjectTail {
  readonly receivedBytes: number;
  /** What the rest has to wait for; null when all of it came. */
  readonly retry: ReturnType<RetryBudget['spend']> | null;
}

type TailOutcome = (BegunTail & { readonly kind: 'tail' }) | { readonly kind: 'no-suffix' | 'no-ranges' };

/** One request for the end of the object. A response with the whole of a small one is as good. */
async function takeTail(
  asked: RequestedRange,
  { sizeBytes, tailBytes, inspectStart }: HttpSourceRequest,
  object: RemoteObject,
  context: HttpSourceContext,
): Promise<TailOutcome> {
  const { connections, signal, clock, random, retries } = context;
  await connections.acquire(signal);
  try {
    const { response, found } = await object.request({ range: asked, pinned: null, signal });
    if (found.kind === 'whole') await peek(response, inspectStart, { clock, signal });
    // Of another size it is for whoever takes the whole to see what it is.
    const isSmall =
      found.kind === 'whole' &&
      found.totalBytes !== null &&
      found.totalBytes <= tailBytes &&
      (sizeBytes === null || found.totalBytes === sizeBytes);
    if (found.kind !== 'part' && !isSmall) {
      response.body.destroy();
      const mayHaveRanges =
        found.kind === 'unsatisfiable' || (found.kind === 'whole' && found.announcesRanges);
      return { kind: mayHaveRanges && 'suffixBytes' in asked ? 'no-suffix' : 'no-ranges' };
    }
    const { validator } = found;
    const totalBytes = found.totalBytes ?? 0;
    if (sizeBytes !== null && totalBytes !== sizeBytes) {
      response.body.destroy();
      throw sizeMismatch(totalBytes, sizeBytes);
    }
    const lengthBytes = found.kind === 'part' ? found.end - found.start : totalBytes;
    const bytes = Buffer.allocUnsafeSlow(lengthBytes);
    let receivedBytes = 0;
    let retry: BegunTail['retry'] = null;
    try {
      for await (const piece of bodyPieces(response, { object, lengthBytes, ...context })) {
        receivedBytes += piece.copy(bytes, receivedBytes);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (found.kind === 'whole' || receivedBytes === 0) throw error;
      retry = createRetryBudget(retries, random, 0).spend(error, receivedBytes);
    }
    return { kind: 'tail', bytes, receivedBytes, retry, totalBytes, validator };
  } finally {
    connections.release();
  }
}

/** Brings what is missing of the end as any other range is brought: of the same version, going on where it breaks. */
async function completeTail(
  { bytes, receivedBytes, retry, totalBytes, validator }: BegunTail,
  object: RemoteObject,
  context: HttpSourceContext,
): Promise<void> {
  if (retry === null) return;
  context.onRetry(retry);
  await context.clock.sleep(retry.delayMs, context.signal);
  const source = createHttpSource({ bytes: Buffer.alloc(0), totalBytes, validator }, object, context);
  const rest = await source.read(totalBytes - bytes.length + receivedBytes, totalBytes);
  rest.copy(bytes, receivedBytes);
}
