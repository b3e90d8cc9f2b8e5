import { linkController } from '../../http/linked-controller.ts';
import type { RangeSource } from '../../range/range-source.ts';
import type { Semaphore } from '../../semaphore.ts';
import type { RemoteObject } from '../response/remote-object.ts';
import type { Validator } from '../response/validator.ts';
import { type FetchContext, fetchRange } from '../transfer/fetch-range.ts';
import { type PinnedObject, pinnedSink } from '../transfer/pinned-object.ts';
import { createPieceQueue } from './piece-queue.ts';
import { saveRange } from './save-range.ts';

/** An object behind HTTP Range. All bytes are from one version, as far as the server distinguishes versions. */
export interface HttpSource extends RangeSource {
  readonly stream: NonNullable<RangeSource['stream']>;
  readonly validator: Validator;
  /** The body bytes received so far. */
  readonly transferredBytes: () => number;
}

export interface HttpSourceContext extends FetchContext {
  readonly connections: Semaphore;
}

/** The end of an object, with its size and version. */
export interface ObjectTail extends PinnedObject {
  readonly bytes: Buffer;
}

/**
 * Reads an object whose end was already fetched. Each read is one request, resumed after a failure. A read from the end
 * needs none.
 * @throws (from `read` and `stream`) what fetchRange() and pinnedSink() throw
 */
export function createHttpSource(
  { bytes: tail, ...pinned }: ObjectTail,
  object: RemoteObject,
  context: HttpSourceContext,
): HttpSource {
  const { totalBytes, validator } = pinned;
  const tailStart = totalBytes - tail.length;

  /** The part of a range that must be fetched. */
  const remotePart = (start: number, end: number): { position: number; end: number } => {
    if (!(0 <= start && start <= end && end <= totalBytes)) {
      throw new RangeError(`not a byte range of ${totalBytes} bytes: [${start}, ${end})`);
    }
    return { position: start, end: Math.min(end, Math.max(tailStart, start)) };
  };
  return {
    sizeBytes: totalBytes,
    validator,
    parallelReads: context.connections.total,
    async read(start, end) {
      const range = remotePart(start, end);
      const bytes = Buffer.allocUnsafeSlow(end - start);
      const copy = (chunk: Buffer) => {
        chunk.copy(bytes, range.position - start);
        return null;
      };
      await fetchRange(object, pinnedSink(range, pinned, copy), context);
      if (range.position < end)
        tail.copy(bytes, range.position - start, range.position - tailStart, end - tailStart);
      return bytes;
    },
    async *stream(start, end) {
      const range = remotePart(start, end);
      let missingBytes = range.end - range.position;
      const queue = createPieceQueue();
      const stop = linkController(context.signal);
      const fetching = fetchRange(object, pinnedSink(range, pinned, queue.put), {
        ...context,
        signal: stop.signal,
      }).then(() => queue.end(), queue.end);
      try {
        for await (const piece of queue.pieces()) {
          missingBytes -= piece.length;
          yield piece;
        }
      } finally {
        // After its last byte, the fetch ends by itself, at the rate limit and with a connection that can be reused.
        if (missingBytes > 0) stop.abort(new Error('the reader has stopped'));
        await fetching;
        stop.release();
      }
      if (range.position < end) yield tail.subarray(range.position - tailStart, end - tailStart);
    },
    save: (start, end, options) =>
      saveRange({ ...pinned, object, start, end }, options, { ...context, budget: context.connections }),
    transferredBytes: () => object.transferredBytes,
  };
}
