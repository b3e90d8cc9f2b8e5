import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import type { HttpHeaders } from './headers.ts';

const MIN_RETRY_AFTER_MS = 1_000;
const MAX_RETRY_AFTER_MS = 300_000;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/** Rate limit resets are seconds from now, or seconds since 1970, which are far larger. */
const LEAST_EPOCH_SECONDS = 1_000_000_000;
const RESET_NAMES = ['ratelimit-reset', 'x-ratelimit-reset', 'x-rate-limit-reset'];

/**
 * The delay that a response requests, in milliseconds between 1 s and 5 min: Retry-After (RFC 9110 10.2.3) as seconds
 * or an HTTP-date, or the reset of a rate limit. Dates are relative to the response's own Date, because the local clock
 * can be wrong. Null without such a header.
 */
export function parseRetryAfter(headers: Pick<HttpHeaders, 'get'>, nowMs: number): number | null {
  const serverMs = Date.parse(headers.get('date') ?? '');
  const referenceMs = Number.isNaN(serverMs) ? nowMs : serverMs;
  const delayMs =
    readDelay(headers.get('retry-after'), referenceMs) ??
    RESET_NAMES.map((name) => readReset(headers.get(name), referenceMs)).find((delay) => delay !== null);
  if (delayMs === undefined) return null;
  return Math.min(Math.max(delayMs, MIN_RETRY_AFTER_MS), MAX_RETRY_AFTER_MS);
}

function readReset(value: string | null, referenceMs: number): number | null {
  const delayMs = readDelay(value, referenceMs);
  return delayMs !== null && delayMs >= LEAST_EPOCH_SECONDS * 1_000 ? delayMs - referenceMs : delayMs;
}

function readDelay(value: string | null, referenceMs: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) {
    return Number(text) * 1_000;
  }
  const delayMs = /^[A-Za-z]{3}[a-z]*,? /.test(text) ? Date.parse(text) - referenceMs : Number.NaN;
  return Number.isNaN(delayMs) ? null : delayMs;
}

/** Exponential backoff with jitter, in milliseconds; `attempt` counts from 1, `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const fullMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS);
  return Math.round(fullMs * (0.5 + random / 2));
}

/** Whether a retry can help. Unknown errors are never retried. */
export function isTransient(error: unknown): error is ExpectedError {
  return error instanceof ExpectedError && error.details.transient === true;
}

/** How long to wait after a failure: what the server asks for, or backoffMs(). */
export function retryDelayMs({ details }: ExpectedError, attempt: number, random: () => number): number {
  return details.retryAfterMs ?? backoffMs(attempt, random());
}

/** Whether an idempotent request can be retried after this response. Some services limit the rate with 403. */
export function isTransientResponse({
  status,
  headers,
}: {
  readonly status: number;
  readonly headers: Pick<HttpHeaders, 'get'>;
}): boolean {
  if (status === 403) return headers.get('retry-after') !== null;
  return (
    status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
  );
}

export interface RetryPolicy {
  /** The number of retries after the first failure. */
  readonly retries: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onRetry?: (retry: { error: ExpectedError; attempt: number; delayMs: number }) => void;
}

/**
 * Retries `operation` while it fails with a transient error. Other errors, and the last failure, pass through. Unknown
 * errors are never retried.
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
      if (!isTransient(error) || attempt > retries) throw error;
      const delayMs = retryDelayMs(error, attempt, random);
      onRetry?.({ error, attempt, delayMs });
      await clock.sleep(delayMs, signal);
    }
  }
}
