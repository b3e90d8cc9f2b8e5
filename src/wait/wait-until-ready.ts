import type { Api } from '../api/client.ts';
import type { Package } from '../api/package.ts';
import { errorText } from '../api/response.ts';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { readFirst, readText } from '../parse/fields.ts';
import { isObject } from '../parse/json.ts';
import { pollDelayMs } from './schedule.ts';

export interface WaitOptions {
  /** How long to wait; 0 checks once. */
  readonly timeoutMs: number;
  readonly intervalMs: number | null;
  /** True after our own create, when the service may not know the package yet. */
  readonly isJustCreated: boolean;
}

export interface WaitContext {
  readonly api: Pick<Api, 'getDownload'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WaitEvent) => void;
}

export type WaitEvent =
  | { readonly kind: 'state'; readonly item: Package; readonly waitedMs: number }
  | { readonly kind: 'still'; readonly item: Package | null; readonly waitedMs: number }
  | { readonly kind: 'unknown-status'; readonly status: string }
  | { readonly kind: 'failed-poll'; readonly error: ExpectedError; readonly attempt: number };

const CREATED_GRACE_MS = 30_000;
/** `ready` without files can be a lagging replica. Three times in a row, it is final. */
const MAX_INCONSISTENT = 3;

/**
 * Polls until the package is ready. After the first response, only 401, 403, 404, and 410 end the wait; other failed
 * polls do not. Unknown statuses also continue the wait.
 * @throws ExpectedError NOT_READY at the timeout, JOB_FAILED, NOT_FOUND, AUTH, BAD_RESPONSE,
 *   or the failure of the first check
 */
export async function waitUntilReady(
  id: string,
  { timeoutMs, intervalMs, isJustCreated }: WaitOptions,
  { api, clock, random, signal, onEvent }: WaitContext,
): Promise<Package> {
  const startMs = clock.monotonicMs();
  const namedStatuses = new Set<string>();
  let last: Package | null = null;
  let readyWithoutFiles = 0;
  for (let failedPolls = 0; ; ) {
    const hasContact = isJustCreated || last !== null;
    const check = await checkOnce(id, { api, signal, hasContact });
    const waitedMs = clock.monotonicMs() - startMs;
    if (check.item !== null) {
      const { item } = check;
      if (item.status !== last?.status) onEvent({ kind: 'state', item, waitedMs });
      if (item.state === 'ready' && item.files.length > 0) return item;
      if (item.state === 'failed' || item.state === 'gone') throw ended(item);
      if (item.state === 'unknown' && !namedStatuses.has(item.status)) {
        namedStatuses.add(item.status);
        onEvent({ kind: 'unknown-status', status: item.status });
      }
      readyWithoutFiles = item.state === 'ready' ? readyWithoutFiles + 1 : 0;
      if (readyWithoutFiles >= MAX_INCONSISTENT || (readyWithoutFiles > 0 && timeoutMs === 0)) {
        throw new ExpectedError('BAD_RESPONSE', `package ${id} is ready but lists no files`, { id });
      }
      last = item;
    } else {
      const isTooEarly = isJustCreated && last === null && waitedMs < CREATED_GRACE_MS;
      if (!isPartOfWaiting(check.error, { hasContact, isTooEarly })) throw withId(check.error, id);
      failedPolls += 1;
      onEvent({ kind: 'failed-poll', error: check.error, attempt: failedPolls });
    }
    const leftMs = timeoutMs - waitedMs;
    if (leftMs <= 0) throw notReady(id, last, check.error, timeoutMs);
    onEvent({ kind: 'still', item: last, waitedMs });
    const retryAfterMs = check.item?.retryAfterMs ?? check.error?.details.retryAfterMs ?? null;
    await clock.sleep(
      Math.min(pollDelayMs({ waitedMs, intervalMs, retryAfterMs, random: random() }), leftMs),
      signal,
    );
  }
}

type Check =
  | { readonly item: Package; readonly error: null }
  | { readonly item: null; readonly error: ExpectedError };

/** Before the first response, a check is retried like any call. After that, the next poll is the retry. */
async function checkOnce(
  id: string,
  { api, signal, hasContact }: { api: WaitContext['api']; signal: AbortSignal; hasContact: boolean },
): Promise<Check> {
  try {
    return { item: await api.getDownload(id, signal, hasContact ? { retries: 0 } : {}), error: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExpectedError)) throw error;
    return { item: null, error };
  }
}

/** An HTML page or a broken body between good responses is a temporary proxy failure. */
function isPartOfWaiting(
  error: ExpectedError,
  { hasContact, isTooEarly }: { hasContact: boolean; isTooEarly: boolean },
): boolean {
  if (error.code === 'NOT_FOUND') return isTooEarly;
  return hasContact && (error.code === 'UNAVAILABLE' || error.code === 'BAD_RESPONSE');
}

/** The error for a package that will never be ready: failed, deleted, or expired. */
export function ended(item: Package): ExpectedError {
  if (item.state === 'gone') {
    return new ExpectedError(
      'NOT_FOUND',
      `package ${item.id} is no longer available (status: ${item.status})`,
      {
        id: item.id,
        hint: 'create the package again',
      },
    );
  }
  const reason = failureReason(item.raw) ?? readFirst(item.raw, ['status', 'state'], failureReason);
  const detail = reason === null ? '' : `: ${reason.slice(0, 500)}`;
  return new ExpectedError(
    'JOB_FAILED',
    `the service failed to prepare package ${item.id} (status: ${item.status})${detail}`,
    {
      id: item.id,
      hint: 'create the package again',
    },
  );
}

const REASON_KEYS = [
  'error',
  'message',
  'reason',
  'errorMessage',
  'failureReason',
  'statusMessage',
  'errors',
];

function failureReason(value: unknown): string | null {
  if (!isObject(value)) return null;
  return readFirst(value, REASON_KEYS, (reason) => readText(reason) ?? errorText(reason));
}

function notReady(
  id: string,
  last: Package | null,
  lastError: ExpectedError | null,
  timeoutMs: number,
): ExpectedError {
  if (last === null && lastError !== null) return withId(lastError, id);
  const tail = lastError === null ? '' : `; the last check failed: ${lastError.message}`;
  const state = last === null ? 'not known yet' : `still ${last.status}`;
  const when = timeoutMs === 0 ? '' : ` after ${Math.round(timeoutMs / 1000)} s`;
  return new ExpectedError('NOT_READY', `package ${id} is ${state}${when}${tail}`, {
    id,
    hint: 'the service still prepares the package; try again later',
  });
}

function withId(error: ExpectedError, id: string): ExpectedError {
  if (error.code === 'NOT_FOUND') {
    return new ExpectedError('NOT_FOUND', `no package with ID ${id}`, {
      ...error.details,
      id,
      cause: error,
      hint: "run 'streamdiver-dl list' to see your packages",
    });
  }
  return error.with({ id });
}
