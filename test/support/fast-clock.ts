import type { Clock } from '../../src/clock.ts';

export interface FastClock extends Clock {
  /** Every `sleep` asked for so far, in milliseconds of this clock. */
  readonly sleepsMs: readonly number[];
  readonly speed: number;
  readonly skipsSleeps: boolean;
}

export interface FastClockOptions {
  /** How many of its seconds pass in one real second. */
  readonly speed?: number;
  /** What it shows at the start, in milliseconds since the epoch. */
  readonly startMs?: number;
  /** Sleeps pass at once, with all their time: hours of polling in a moment. Callbacks still wait. */
  readonly skipsSleeps?: boolean;
}

/** 30 s become 300 ms: enough for a busy machine to answer in time. */
export const FAST_CLOCK_SPEED = 100;
export const FAST_CLOCK_START_MS = Date.UTC(2026, 0, 15, 12, 0, 0);
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const HEARTBEAT_MS = 10;
/** A longer silence of the event loop is no time of the test: the machine was busy with something else. */
const LONGEST_BEAT_MS = 40;
let lostMs = 0;
let lastBeatMs = performance.now();

/**
 * Real milliseconds in which this process could work. A server in the same process stands still when the client does,
 * so a busy machine must not look like a slow server.
 */
function workingMs(): number {
  const nowMs = performance.now();
  lostMs += Math.max(0, nowMs - lastBeatMs - LONGEST_BEAT_MS);
  lastBeatMs = nowMs;
  return nowMs - lostMs;
}

setInterval(workingMs, HEARTBEAT_MS).unref();

/** Calls back after so many working milliseconds; the returned function cancels. */
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
 * A clock that really runs, only faster, so that deadlines, heartbeats and back-off keep their order while real sockets
 * answer in real time. It stands still while the machine keeps this process from running.
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
