import type { Clock } from '../../clock.ts';
import { linkController } from '../../http/linked-controller.ts';
import { isTransient } from '../../http/retry.ts';
import { TransportError } from '../../http/transport-error.ts';
import { chunkSink } from './chunk-sink.ts';
import { fetchRange } from './fetch-range.ts';
import { RangeRefused } from './match-response.ts';
import type { Chunk } from './scheduler.ts';
import type { TransferJob } from './transfer-job.ts';

/** Another connection has taken over the chunk, because no bytes arrived on this one. */
class ChunkStolen extends Error {
  override readonly name = 'ChunkStolen';
}

const CHECK_EVERY_MS = 250;
/** At this speed, one connection fills the line. More would only cost CPU time. */
const FAST_BYTES_PER_SECOND = 100 * 1_048_576;
/** A connection that was paused almost all the time says nothing about the line. */
const LEAST_READING = 0.1;
/** How long to open no further connection after the server refused one. */
const REFUSED_MS = 30_000;

/**
 * Fetches all chunks of a job. The first connection finds out whether the server honors ranges. Others follow:
 * immediately if the user set their number, otherwise while the line has capacity.
 * @throws the final failure of a connection, after the others have stopped
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
    const connection = fetchChunks(chunk, job)
      .then((refusal) => {
        if (refusal === null) return;
        growAtMs = clock.monotonicMs() + REFUSED_MS;
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
      // The last connection may have ended just when another requeued its chunk.
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

/** Fetches one chunk after another; the reason if this connection must close so that others can continue. */
async function fetchChunks(first: Chunk, job: TransferJob): Promise<Error | null> {
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

/** Fetches one chunk; the failure if this connection must close so that others can continue. */
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

/** Whether the server may only be refusing an additional connection. */
function isRefusal(error: unknown): error is Error {
  if (error instanceof RangeRefused) return true;
  if (!isTransient(error)) return false;
  const { httpStatus } = error.details;
  return httpStatus === 429 || httpStatus === 503 || error instanceof TransportError;
}

/**
 * Returns a function for the speed of the line since its last call, without the time in which connections were paused.
 * Infinity if the last call was too recent to be meaningful.
 */
function createPace(job: TransferJob, clock: Clock): () => number {
  const read = () => ({
    timeMs: clock.monotonicMs(),
    bytes: job.request.object.transferredBytes,
    pausedMs: job.pausedTime.totalMs(),
  });
  let last = read();
  return () => {
    const now = read();
    const passedMs = now.timeMs - last.timeMs;
    if (passedMs < CHECK_EVERY_MS) return Number.POSITIVE_INFINITY;
    const pausedMs = (now.pausedMs - last.pausedMs) / job.connections;
    const bytes = now.bytes - last.bytes;
    last = now;
    const isMeaningful = passedMs - pausedMs >= passedMs * LEAST_READING;
    return isMeaningful ? (bytes * 1_000) / (passedMs - pausedMs) : Number.POSITIVE_INFINITY;
  };
}

function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.after(CHECK_EVERY_MS, resolve);
  });
}
