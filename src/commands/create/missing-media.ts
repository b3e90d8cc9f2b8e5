import type { Context } from '../../context.ts';
import { type ExpectedError, isExpectedError } from '../../errors.ts';
import { noMediaItem } from '../../media-selection/find-transcripts.ts';

/** Statuses with which a service refuses a create for an unknown ID. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 404, 422]);
/** More IDs would cost too many requests after a failure. */
const MOST_CHECKED = 50;

/**
 * Replaces the error of a refused create with one that names the first media item that does not exist. Other errors pass
 * through, and so does the original one if no missing item is found.
 */
export async function explainMissingMedia(
  error: unknown,
  mediaIds: readonly string[],
  { api, signal }: Pick<Context, 'api' | 'signal'>,
): Promise<unknown> {
  if (!isRefusal(error) || mediaIds.length > MOST_CHECKED) return error;
  for (const id of mediaIds) {
    try {
      await api.getMediaItem(id, signal);
    } catch (reason) {
      signal.throwIfAborted();
      if (!isExpectedError(reason)) throw reason;
      if (reason.code !== 'NOT_FOUND') return error;
      return noMediaItem(id, error);
    }
  }
  return error;
}

function isRefusal(error: unknown): error is ExpectedError {
  if (!isExpectedError(error, 'BAD_RESPONSE') && !isExpectedError(error, 'NOT_FOUND')) return false;
  return REFUSALS.has(error.details.httpStatus);
}
