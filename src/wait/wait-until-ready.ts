import type { Api } from '../api/client.ts';
import type { Package } from '../api/package.ts';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { readFirst, readText } from '../parse/fields.ts';
import { pollDelayMs } from './schedule.ts';

export interface WaitOptions {
  /** How long to wait; 0 looks once. */
  readonly timeoutMs: number;
  readonly intervalMs: number | null;
  /** True after our own create, where the service may not know the package at once. */
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
/** `ready` without files may be a replica that lags behind; three times in a row it is an answer. */
const MAX_INCONSISTENT = 3;

/**
 * Polls until the package is ready. A failed poll is part of waiting once the service has answered
 * at all: only 401, 403, 404 and 410 end it. Unknown statuses are waited out.
 * @throws ExpectedError NOT_READY when the time is up, JOB_FAILED, NOT_FOUND, AUTH, BAD_RESPONSE,
 *   or the failure of the very first look
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
    const look = await lookOnce(id, { api, signal, hasContact });
    const waitedMs = clock.monotonicMs() - startMs;
    if (look.item !== null) {
      const { item } = look;
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
      if (!isPartOfWaiting(look.error, { hasContact, isTooEarly })) throw withId(look.error, id);
      failedPolls += 1;
      onEvent({ kind: 'failed-poll', error: look.error, attempt: failedPolls });
    }
    const leftMs = timeoutMs - waitedMs;
    if (leftMs <= 0) throw notReady(id, last, look.error, timeoutMs);
    onEvent({ kind: 'still', item: last, waitedMs });
    const retryAfterMs = look.item?.retryAfterMs ?? look.error?.details.retryAfterMs ?? null;
    await clock.sleep(
      Math.min(pollDelayMs({ waitedMs, intervalMs, retryAfterMs, random: random() }), leftMs),
      signal,
    );
  }
}

type Look =
  | { readonly item: Package; readonly error: null }
  | { readonly item: null; readonly error: ExpectedError };

/** Before the first answer a look is retried like any call; afterwards the next poll is the retry. */
async function lookOnce(
  id: string,
  { api, signal, hasContact }: { api: WaitContext['api']; signal: AbortSignal; hasContact: boolean },
): Promise<Look> {
  try {
    return { item: await api.getDownload(id, signal, hasContact ? { retries: 0 } : {}), error: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExpectedError)) throw error;
    return { item: null, error };
  }
}

/** A page of HTML or a broken body between good answers is a proxy that hiccups, and passes. */
function isPartOfWaiting(
  error: ExpectedError,
  { hasContact, isTooEarly }: { hasContact: boolean; isTooEarly: boolean },
): boolean {
  if (error.code === 'NOT_FOUND') return isTooEarly;
  return hasContact && (error.code === 'UNAVAILABLE' || error.code === 'BAD_RESPONSE');
}

/** The error for a package that will never be ready: failed, or deleted and expired. */
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
  const reason = readFirst(item.raw, ['error', 'message', 'reason', 'errorMessage'], readText);
  const said = reason === null ? '' : `: ${reason.slice(0, 500)}`;
  return new ExpectedError(
    'JOB_FAILED',
    `package ${item.id} was not prepared, its status is ${item.status}${said}`,
    {
      id: item.id,
      hint: 'create the package again; nothing was downloaded',
    },
  );
}

function notReady(
  id: string,
  last: Package | null,
  lastError: ExpectedError | null,
  timeoutMs: number,
): ExpectedError {
  if (last === null && lastError !== null) return withId(lastError, id);
  const tail = lastError === null ? '' : `; the last look failed: ${lastError.message}`;
  const state = last === null ? 'not known yet' : `still ${last.status}`;
  const when = timeoutMs === 0 ? '' : ` after ${Math.round(timeoutMs / 1000)} s`;
  return new ExpectedError('NOT_READY', `package ${id} is ${state}${when}${tail}`, {
    id,
    hint: 'it goes on being prepared; wait again later',
  });
}

function withId(error: ExpectedError, id: string): ExpectedError {
  if (error.code === 'NOT_FOUND') {
    return new ExpectedError(
      'NOT_FOUND',
      `no package with id ${id}: it never existed, was deleted or has expired`,
      {
        ...error.details,
        id,
        cause: error,
        hint: 'list the packages that exist with: streamdiver-dl list',
      },
    );
  }
  return error.with({ id });
}
