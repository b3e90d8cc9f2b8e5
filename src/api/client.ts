import type { Credential } from '../auth/credential.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { HttpResponse } from '../http/transport.ts';
import { readFirst, readWord } from '../parse/fields.ts';
import { isObject } from '../parse/json.ts';
import { percentEncoded } from '../parse/percent-encoded.ts';
import { createDownload } from './create-download.ts';
import { type ListOptions, NoListError, parseList } from './list.ts';
import {
  type MediaItem,
  type MediaTranscript,
  parseMediaItem,
  readMediaItem,
  readTranscript,
} from './media.ts';
import { acceptedPackage, type Package, parsePackage, readPackage } from './package.ts';
import { readClaims } from './page-end.ts';
import { collectPages, type Page } from './paging.ts';
import { type ApiRequestsOptions, createApiRequests } from './requests.ts';
import { onlyItem, withFields } from './resource.ts';
import type { ApiResponse } from './response.ts';
import { createResponseBudget, type ResponseBudget } from './response-budget.ts';
import type { CreateDownloadBody } from './wire.ts';

export interface MediaQuery {
  /** Counted from 0. */
  readonly page: number;
  readonly text?: string | undefined;
  readonly type?: string | undefined;
  readonly tag?: string | undefined;
  readonly speaker?: string | undefined;
  /** ID of a channel. */
  readonly channel?: string | undefined;
  /** `name` or `name:desc`. */
  readonly sort?: string | undefined;
}

/** One transcript in one format. */
export interface TranscriptRequest {
  readonly mediaId: string;
  readonly transcriptId: string;
  readonly format: string;
  /** Whether to include the names of the speakers. */
  readonly speakers: boolean;
}

/** The Streamdiver API, with one function per endpoint. All throw an ExpectedError for each kind of failure. */
export interface Api {
  readonly url: URL;
  readonly credential: Credential;
  /**
   * `POST /v2/downloads`. Not idempotent, so it is retried only after a response or a connection failure that proves
   * that nothing was created.
   * @throws ExpectedError AMBIGUOUS if it is unknown whether the package was created
   */
  createDownload(body: CreateDownloadBody, signal: AbortSignal): Promise<Package>;
  getDownload(id: string, signal: AbortSignal, options?: { retries?: number }): Promise<Package>;
  /** One page of packages, counted from 0. */
  listDownloads(page: number, perPage: number, signal: AbortSignal): Promise<Page<Package>>;
  deleteDownload(id: string, signal: AbortSignal): Promise<void>;
  listMedia(query: MediaQuery, signal: AbortSignal): Promise<Page<MediaItem>>;
  getMediaItem(id: string, signal: AbortSignal): Promise<MediaItem>;
  /**
   * All transcripts of a media item, from all pages. Null after a 404 or an empty response: the item has none, or does
   * not exist.
   */
  listTranscripts(mediumId: string, signal: AbortSignal): Promise<readonly MediaTranscript[] | null>;
  /** The service's own status of the transcription of a media item; null if unknown. */
  getTranscriptionStatus(mediaId: string, signal: AbortSignal): Promise<string | null>;
  /**
   * Opens one transcript as a file, without checking its content. Does not retry.
   * @throws ExpectedError for a response without the complete content
   */
  openTranscript(request: TranscriptRequest, signal: AbortSignal): Promise<HttpResponse>;
  /** The request of a call, for `--dry-run`. */
  describe(method: string, path: string): { method: string; url: string };
  /**
   * Opens a file URL from the service. Follows redirects manually, and sends the credential only to the API's own
   * origin. Does not retry, but renews the credential once after a 401.
   */
  openFile(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse>;
}

const STATUS_KEYS = ['status', 'state', 'transcriptionStatus'];
export const MAX_PER_PAGE = 50;

export interface ApiOptions extends ApiRequestsOptions {
  /** Called with what was skipped in a response; once per text. */
  readonly onWarning?: (message: string) => void;
}

export function createApi(options: ApiOptions): Api {
  const { credential, apiUrl, retries, onWarning } = options;
  const requests = createApiRequests(options);
  const path = (strings: TemplateStringsArray, ...ids: string[]) =>
    String.raw({ raw: strings }, ...ids.map((id) => encodeSegment(id)));

  const warned = new Set<string>();
  const warn = (message: string) => {
    if (!warned.has(message)) onWarning?.(message);
    warned.add(message);
  };
  const list = async <Item>(
    pathAndQuery: string,
    signal: AbortSignal,
    item: Pick<ListOptions<Item>, 'what' | 'parseItem'>,
    budget?: ResponseBudget,
  ): Promise<Page<Item>> => {
    const { data, envelope, headers, status } = await requests.call('GET', pathAndQuery, {
      signal,
      ...(budget === undefined ? {} : { budget }),
    });
    const { items, skippedEntries } = parseList(data, {
      ...item,
      httpStatus: status,
      warn,
      claimedItems: () => readClaims(envelope, headers, 0).totalItems,
    });
    return { items, skippedEntries, ...readClaims(envelope, headers, items.length + skippedEntries) };
  };

  return {
    url: apiUrl,
    credential,
    async createDownload(body, signal) {
      const post = () =>
        requests.call('POST', '/downloads', { body: JSON.stringify(body), signal, retries: 0 });
      return await createDownload(post, { apiUrl, retry: requests.retryPolicy(retries, signal) });
    },
    async getDownload(id, signal, callOptions) {
      const { data, status, retryAfterMs } = await byId(
        requests.call('GET', path`/downloads/${id}`, { signal, ...callOptions }),
      );
      if (data === null && status === 202) return acceptedPackage(id, retryAfterMs);
      return parsePackage(onlyItem(data, id, 'package'), retryAfterMs);
    },
    async listDownloads(page, perPage, signal) {
      return await list(`/downloads?perPage=${perPage}&page=${page}`, signal, {
        what: 'package',
        parseItem: (value, id) => readPackage(value, id),
      });
    },
    async deleteDownload(id, signal) {
      await byId(requests.call('DELETE', path`/downloads/${id}`, { signal }));
    },
    async listMedia(query, signal) {
      return await list(mediaPath(query), signal, {
        what: 'media item',
        parseItem: (value, id) => readMediaItem(value, id, warn),
      });
    },
    async getMediaItem(id, signal) {
      const { data } = await byId(requests.call('GET', path`/media/${id}`, { signal }));
      return parseMediaItem(onlyItem(data, id, 'media item'), warn);
    },
    async listTranscripts(mediumId, signal) {
      const budget = createResponseBudget();
      const getPage = (page: number) =>
        list(
          `${path`/media/${mediumId}/metadata/transcripts`}?page=${page}&perpage=${MAX_PER_PAGE}`,
          signal,
          {
            what: 'transcript',
            parseItem: readTranscript,
          },
          budget,
        );
      try {
        return (
          await collectPages(getPage, {
            limit: Number.POSITIVE_INFINITY,
            pageSize: MAX_PER_PAGE,
            warn,
          })
        ).items;
      } catch (error) {
        if (error instanceof NoListError ? !error.claimsItems : isExpectedError(error, 'NOT_FOUND'))
          return null;
        throw error;
      }
    },
    async getTranscriptionStatus(mediaId, signal) {
      const { data } = await byId(requests.call('GET', path`/media/${mediaId}/metadata`, { signal }));
      return isObject(data) ? readFirst(withFields(data, 'media item'), STATUS_KEYS, readWord) : null;
    },
    async openTranscript({ mediaId, transcriptId, format, speakers }, signal) {
      const query = new URLSearchParams({ transcriptDownloadType: format });
      if (!speakers) query.set('omitSpeakerLabels', 'true');
      const pathname = path`/media/${mediaId}/metadata/transcripts/${transcriptId}/download`;
      const headers = { accept: '*/*', 'accept-encoding': 'identity' };
      const response = await requests.open(
        requests.urlOf(`${pathname}?${query.toString()}`),
        headers,
        signal,
      );
      const { status } = response;
      if (status >= 200 && status < 300 && status !== 202 && status !== 206) return response;
      await requests.read(response, signal);
      throw new ExpectedError(
        'BAD_RESPONSE',
        `no transcript in the response of the service (HTTP ${status})`,
        {
          httpStatus: status,
        },
      );
    },
    describe: (method, pathAndQuery) => ({ method, url: requests.urlOf(pathAndQuery).href }),
    openFile: (url, headers, signal) => requests.open(url, headers, signal),
  };
}

/** If a request with only an ID is malformed, the ID does not exist. */
async function byId(response: Promise<ApiResponse>): Promise<ApiResponse> {
  try {
    return await response;
  } catch (error) {
    const status = isExpectedError(error, 'BAD_RESPONSE') ? error.details.httpStatus : undefined;
    if (!(error instanceof ExpectedError) || (status !== 400 && status !== 422)) throw error;
    throw new ExpectedError('NOT_FOUND', error.message, { ...error.details, cause: error });
  }
}

/** An ID as exactly one path segment. URL parsers resolve `.` and `..` as folders. */
export function encodeSegment(id: string): string {
  if (id === '.' || id === '..') throw new ExpectedError('NOT_FOUND', `invalid ID: ${id}`, { id });
  return percentEncoded(id);
}

/**
 * Uses the search if the list is filtered, because the service documents these parameters only for the search. The
 * search also works without a text.
 */
function mediaPath({ page, text, type, tag, speaker, channel, sort }: MediaQuery): string {
  const isSearch = [text, type, tag, speaker, channel].some((value) => value !== undefined);
  const query = new URLSearchParams(isSearch ? { type: 'mediaasset' } : {});
  if (text !== undefined) query.set('text', text);
  if (type !== undefined) query.set('assetTypes', type);
  if (tag !== undefined) query.set('tags', tag);
  if (speaker !== undefined) query.set('speakers', speaker);
  if (channel !== undefined) query.set('channelId', channel);
  if (sort !== undefined) query.set('sort', sort);
  query.set('page', String(page));
  query.set('perpage', String(MAX_PER_PAGE));
  return `${isSearch ? '/search' : '/media'}?${query.toString()}`;
}
