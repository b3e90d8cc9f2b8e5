import { ExpectedError } from '../errors.ts';
import { type RetryPolicy, withRetries } from '../http/retry.ts';
import { TransportError } from '../http/transport-error.ts';
import { readId } from '../parse/fields.ts';
import { acceptedPackage, type Package, readPackage } from './package.ts';
import { findResource, idOf } from './resource.ts';
import type { ApiResponse } from './response.ts';

export interface CreateDownloadOptions {
  /** Base URL of the API, such as https://api.streamdiver.com/v2. */
  readonly apiUrl: URL;
  readonly retry: RetryPolicy;
}

/**
 * Sends the request that creates a package. It is not idempotent, so it is retried only after a failure that proves
 * that nothing was created, such as a refused connection or 429.
 * @throws ExpectedError AMBIGUOUS if the package may exist, otherwise the failure of the request
 */
export async function createDownload(
  post: () => Promise<ApiResponse>,
  { apiUrl, retry }: CreateDownloadOptions,
): Promise<Package> {
  let wasInterrupted = false;
  try {
    return await withRetries(async () => {
      let response: ApiResponse;
      try {
        response = await post();
      } catch (error) {
        wasInterrupted = retry.signal.aborted;
        throw classifyFailure(error);
      }
      const created = readCreated(response, apiUrl);
      if (created !== null) return created;
      throw ambiguous(
        new ExpectedError('BAD_RESPONSE', `no package ID in the response (HTTP ${response.status})`, {
          httpStatus: response.status,
        }),
      );
    }, retry);
  } catch (error) {
    throw wasInterrupted ? interrupted(error) : error;
  }
}

/** The package of a successful response: its data, an ID as data, or the URL of the new package. */
function readCreated({ data, headers, url, retryAfterMs }: ApiResponse, apiUrl: URL): Package | null {
  const resource = findResource(data, 'package');
  if (resource !== null) {
    const id = idOf(resource, 'package');
    if (id !== null) return readPackage(resource, id, retryAfterMs);
  } else {
    const id = readId(data);
    if (id !== null && !isMessage(id)) return acceptedPackage(id, retryAfterMs);
  }
  const id = idOfLocation(headers.get('location'), url, apiUrl);
  return id === null ? null : acceptedPackage(id, retryAfterMs);
}

/** Whether a text is a message or a document instead of an ID, which can have a space but has no words. */
function isMessage(text: string): boolean {
  const wordCount = text.trim().split(/\s+/).length;
  return /["{]/.test(text) || wordCount > 2 || (wordCount > 1 && !/\d/.test(text));
}

/** Location (RFC 9110 10.2.2) of a new package at the API's own origin: `…/downloads/ID`. */
function idOfLocation(location: string | null, base: URL, apiUrl: URL): string | null {
  if (location === null || !URL.canParse(location, base.href)) return null;
  const url = new URL(location, base);
  const [folder, last = ''] = url.pathname.replace(/\/+$/, '').split('/').slice(-2);
  if (url.origin !== apiUrl.origin || folder !== 'downloads' || last === '') return null;
  try {
    return decodeURIComponent(last);
  } catch {
    return null;
  }
}

function classifyFailure(error: unknown): unknown {
  if (!(error instanceof ExpectedError) || error.details.nothingDone === true) return error;
  if (error instanceof TransportError) return error.mayHaveBeenSent ? ambiguous(error) : error;
  const { httpStatus, retryAfterMs } = error.details;
  // An unreadable response is not a refusal.
  if (httpStatus === undefined) return error.code === 'BAD_RESPONSE' ? ambiguous(error) : error;
  if (httpStatus === 503 && retryAfterMs !== undefined) return error;
  const isUnclear = httpStatus >= 500 || httpStatus < 300 || httpStatus === 303;
  return isUnclear ? ambiguous(error) : error;
}

function ambiguous(cause: ExpectedError): ExpectedError {
  const { httpStatus, requestId } = cause.details;
  return new ExpectedError('AMBIGUOUS', cause.message, { httpStatus, requestId, cause });
}

/** Repeating an interrupted create can create a second package. */
function interrupted(error: unknown): unknown {
  if (!(error instanceof ExpectedError)) return error;
  return error.with({
    repeatable: false,
    hint: "the package may exist; run 'streamdiver-dl list' before you create it again",
  });
}
