import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';

const MIN_RETRY_AFTER_MS = 1_000;
const MAX_RETRY_AFTER_MS = 300_000;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/**
 * Reads a Retry-After field (RFC 9110 10.2.3): seconds or an HTTP-date. The result in milliseconds
 * is clamped to 1 s – 5 min; null when the field is missing or means nothing.
 */
export function parseRetryAfter(value: string | null, nowMs: number): number | null {
  const text = value?.trim() ?? '';
  let delayMs: number;
  if (/^\d+(\.\d+)?$/.test(text)) delayMs = Number(text) * 1_000;
  else if (/^[A-Za-z]{3}[a-z]*,? /.test(text)) delayMs = Date.parse(text) - nowMs;
  else return null;
  if (Number.isNaN(delayMs)) return null;
  return Math.min(Math.max(delayMs, MIN_RETRY_AFTER_MS), MAX_RETRY_AFTER_MS);
}

/** Exponential backoff with jitter, in milliseconds; `attempt` counts from 1, `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const fullMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS);
  return Math.round(fullMs * (0.5 + random / 2));
}

/** Statuses after which an idempotent request may be sent again (api.md, rule 10). */
export function isTransientStatus(status: number): boolean {
  return (
    status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
  );
}

export interface RetryPolicy {
  /** How many times to try again after the first failure. */
  readonly retries: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onRetry?: (retry: { error: ExpectedError; attempt: number; delayMs: number }) => void;
}

/**
 * Runs `operation` again while it fails with an error marked transient. Anything else, and the
 * last failure, passes through; unknown errors are never retried.
 */
export async function withRetries<Result>(
  operation: () => Promise<Result>,
  { retries, clock, random, signal, onRetry }: RetryPolicy,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExpectedError) || error.details.transient !== true || attempt > retries)
        throw error;
      const delayMs = error.details.retryAfterMs ?? backoffMs(attempt, random());
      onRetry?.({ error, attempt, delayMs });
      await clock.sleep(delayMs, signal);
    }
  }
}
