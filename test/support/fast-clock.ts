import type { Clock } from '../../src/clock.ts';

export interface FastClock extends Clock {
  /** All `sleep` calls so far, in milliseconds of this clock. */
  readonly sleepsMs: readonly number[];
  readonly speed: number;
  readonly skipsSleeps: boolean;
}

export interface FastClockOptions {
  /** How many of its seconds pass in one real second. */
  readonly speed?: number;
  /** Its initial time, in milliseconds since the epoch. */
  readonly startMs?: number;
  /** Sleeps return immediately and advance the clock: hours of polling take a moment. Callbacks still wait. */
  readonly skipsSleeps?: boolean;
}

/** 30 s become 300 ms: enough for a busy machine to respond in time. */
export const FAST_CLOCK_SPEED = 100;
export const FAST_CLOCK_START_MS = Date.UTC(2026, 0, 15, 12, 0, 0);
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const HEARTBEAT_MS = 10;
/** A longer gap in the event loop does not count: the machine was busy with something else. */
const LONGEST_BEAT_MS = 40;
let lostMs = 0;
let lastBeatMs = performance.now();

/**
 * Real milliseconds in which this process could run. A server in the same process pauses with the client,
 * so a busy machine must not look like a slow server.
 */
function workingMs(): number {
  const nowMs = performance.now();
  lostMs += Math.max(0, nowMs - lastBeatMs - LONGEST_BEAT_MS);
  lastBeatMs = nowMs;
  return nowMs - lostMs;
}

setInterval(workingMs, HEARTBEAT_MS).unref();

/** Calls back after this many working milliseconds; returns a function that cancels. */
function afterWorking(
  delayMs: number,
  callback: () => void,
  { keepsAlive }: { keepsAlive: boolean },
): () => void {
  const dueMs = workingMs() + delayMs;
  let timer: NodeJS.Timeout;
  const wait = () => {
    const leftMs = dueMs - workingMs();
    if (leftMs <= 0) return callback();
    timer = setTimeout(wait, Math.min(leftMs, LONGEST_TIMER_MS));
    if (!keepsAlive) timer.unref();
    return undefined;
  };
  timer = setTimeout(wait, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
  if (!keepsAlive) timer.unref();
  return () => clearTimeout(timer);
}

/**
 * A clock that runs in real time, only faster, so that deadlines, heartbeats, and backoff keep their order while real
 * sockets respond in real time. It stops while the machine keeps this process from running.
 */
export function createFastClock({
  speed = FAST_CLOCK_SPEED,
  startMs = FAST_CLOCK_START_MS,
  skipsSleeps = false,
}: FastClockOptions = {}): FastClock {
  const startedAtMs = workingMs();
  const sleepsMs: number[] = [];
  let skippedMs = 0;
  const elapsedMs = () => (workingMs() - startedAtMs) * speed + skippedMs;
  return {
    sleepsMs,
    speed,
    skipsSleeps,
    now: () => Math.floor(startMs + elapsedMs()),
    monotonicMs: elapsedMs,
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        sleepsMs.push(delayMs);
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = () => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = afterWorking(
          skipsSleeps ? 0 : delayMs / speed,
          () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
          { keepsAlive: true },
        );
        if (skipsSleeps) skippedMs += delayMs;
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    after: (delayMs, callback) => afterWorking(delayMs / speed, callback, { keepsAlive: false }),
  };
}
