import type { Clock } from '../../clock.ts';
import { ExpectedError } from '../../errors.ts';
import { linkController } from '../../http/linked-controller.ts';
import { TransportError } from '../../http/transport-error.ts';
import { chunkSink } from './chunk-sink.ts';
import { fetchRange } from './fetch-range.ts';
import { RangeRefused } from './match-response.ts';
import type { Chunk } from './scheduler.ts';
import type { TransferJob } from './transfer-job.ts';

/** Another connection has taken over a chunk of which nothing arrived on this one. */
class ChunkStolen extends Error {
  override readonly name = 'ChunkStolen';
}

const LOOK_EVERY_MS = 250;
/** A line this fast is kept busy by one connection; more would only cost the machine. */
const FAST_BYTES_PER_SECOND = 100 * 1_048_576;
/** Who listened for less than this part of the time has learned nothing of the line. */
const LEAST_LISTENED = 0.1;
/** After a server has refused one more connection, none is tried for so long. */
const CONTENT_MS = 30_000;

/**
 * Brings all that the job's plan holds. One connection goes first and learns whether the server honours
 * ranges; others follow: at once when their number was asked for, otherwise while the line is not busy.
 * @throws what one of them failed with for good, after the others have stopped
 */
export async function runConnections(job: TransferJob): Promise<void> {
  const { plan, signal, context } = job;
  const { budget, clock, onEvent } = context;
  const open = new Set<Promise<void>>();
  const speed = createPace(job, clock);
  let failure = null as { readonly error: unknown } | null;
  let growAtMs = 0;

  const openOne = (chunk: Chunk) => {
    job.connections += 1;
    const connection = bringAll(chunk, job)
      .then((refusal) => {
        if (refusal === null) return;
        growAtMs = clock.monotonicMs() + CONTENT_MS;
        onEvent({ kind: 'connections', count: job.connections - 1, reason: refusal.message });
      })
      .catch((error: unknown) => {
        failure ??= { error };
        job.abort(error);
      })
      .finally(() => {
        job.connections -= 1;
        open.delete(connection);
        budget.release();
      });
    open.add(connection);
  };
  const openMore = (count: number) => {
    for (let more = count; more > 0 && budget.tryAcquire(); more -= 1) {
      const chunk = plan.next() ?? plan.steal();
      if (chunk === null) return budget.release();
      openOne(chunk);
    }
  };
  const grow = () => {
    const bytesPerSecond = speed();
    if (job.ranges !== 'honoured' || clock.monotonicMs() < growAtMs) return;
    const lacking = job.mostConnections - job.connections;
    if (context.connections !== null) openMore(lacking);
    else if (bytesPerSecond < FAST_BYTES_PER_SECOND) openMore(Math.min(lacking, job.connections));
  };

  for (;;) {
    if (open.size === 0) {
      // The last one may have ended just when another gave its piece back.
      const chunk = failure === null ? plan.next() : null;
      if (chunk === null) break;
      await budget.acquire(signal);
      openOne(chunk);
    }
    await Promise.race([...open, pause(clock)]);
    if (failure === null) grow();
  }
  await job.settled().catch((error: unknown) => {
    failure ??= { error };
  });
  if (failure !== null) throw failure.error;
}

/** Brings one piece after the other; the reason when this connection has to go so that others can go on. */
async function bringAll(first: Chunk, job: TransferJob): Promise<Error | null> {
  const { plan, context } = job;
  for (let chunk: Chunk | null = first; chunk !== null; ) {
    const refusal = await fetchChunk(chunk, job);
    if (refusal !== null) {
      plan.requeue(chunk);
      return refusal;
    }
    plan.finish(chunk);
    // Another file is waiting for its first connection.
    const isOneTooMany = job.connections > 1 && context.budget.isWanted();
    chunk = isOneTooMany ? null : plan.next();
  }
  return null;
}

/** Fetches one chunk; the failure when this connection has to end so that others can continue. */
async function fetchChunk(chunk: Chunk, job: TransferJob): Promise<Error | null> {
  const { onEvent } = job.context;
  const stopper = linkController(job.signal);
  chunk.stop = () => stopper.abort(new ChunkStolen('another connection fetches it'));
  // Set in a callback, which the compiler does not track.
  let refusal = null as Error | null;
  try {
    await fetchRange(job.request.object, chunkSink(chunk, job), {
      ...job.context,
      connections: null,
      pausedTime: job.pausedTime,
      signal: stopper.signal,
      yields(error) {
        if (job.connections > 1 && isRefusal(error)) refusal = error;
        return refusal !== null;
      },
      onRetry(retry) {
        chunk.bytesPerSecond = () => Number.POSITIVE_INFINITY;
        onEvent({ kind: 'retry', ...retry });
      },
    });
  } catch (error) {
    if (!(error instanceof ChunkStolen)) throw error;
  } finally {
    stopper.release();
  }
  return refusal;
}

/** Whether the server may be refusing one connection more, rather than failing altogether. */
function isRefusal(error: unknown): error is Error {
  if (error instanceof RangeRefused) return true;
  if (!(error instanceof ExpectedError) || error.details.transient !== true) return false;
  const { httpStatus } = error.details;
  return httpStatus === 429 || httpStatus === 503 || error instanceof TransportError;
}

/**
 * The returned function tells the speed since it was last asked, if that is long enough ago to be telling:
 * that of the line, without the time in which nobody listened because the disk was busy.
 */
function createPace(job: TransferJob, clock: Clock): () => number {
  const look = () => ({
    timeMs: clock.monotonicMs(),
    bytes: job.request.object.transferredBytes,
    heldMs: job.pausedTime.totalMs(),
  });
  let last = look();
  return () => {
    const now = look();
    const passedMs = now.timeMs - last.timeMs;
    if (passedMs < LOOK_EVERY_MS) return Number.POSITIVE_INFINITY;
    const heldMs = (now.heldMs - last.heldMs) / job.connections;
    const bytes = now.bytes - last.bytes;
    last = now;
    const isTelling = passedMs - heldMs >= passedMs * LEAST_LISTENED;
    return isTelling ? (bytes * 1_000) / (passedMs - heldMs) : Number.POSITIVE_INFINITY;
  };
}

function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.after(LOOK_EVERY_MS, resolve);
  });
}
