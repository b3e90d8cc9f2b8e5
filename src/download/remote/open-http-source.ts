import type { Api } from '../../api/client.ts';
import { type RequestedRange, sizeMismatch } from '../response/classify-response.ts';
import { peek } from '../response/peek.ts';
import { createRemoteObject, type ObjectResponse } from '../response/remote-object.ts';
import { fetchRange, type RangeSink } from '../transfer/fetch-range.ts';
import { NoRangesError, pinnedSink } from '../transfer/pinned-object.ts';
import { createHttpSource, type HttpSource, type HttpSourceContext, type ObjectTail } from './http-source.ts';

export type HttpSourceOpening =
  | { readonly kind: 'source'; readonly source: HttpSource }
  /** The server does not support ranges, so only the whole object can be fetched. */
  | { readonly kind: 'no-ranges'; readonly reason: string };

export interface HttpSourceRequest {
  readonly url: URL;
  /** Requests a new URL from the API when the current one is refused. */
  readonly renewUrl: () => Promise<URL>;
  /** The size according to the API; null if unknown. */
  readonly sizeBytes: number | null;
  /** How many bytes at the end to fetch with the first request, and keep. */
  readonly tailBytes: number;
  /** Called with the type and the first bytes of a whole object instead of a range; throws to refuse them. */
  readonly inspectStart: (head: Buffer, contentType: string | null) => void;
}

/** The server may support ranges, but not suffix ranges. */
class NoSuffixError extends NoRangesError {}

/**
 * Opens an object by requesting its last bytes. The response also has its size and version (RFC 9110 14.1.2, suffix
 * ranges). If the server supports only other ranges, the offsets are requested. If the response breaks off, the
 * received bytes are kept.
 * @throws ExpectedError INTEGRITY if the size differs from the API's; what `inspectStart`, fetchRange(), and
 *   pinnedSink() throw
 */
export async function openHttpSource(
  request: HttpSourceRequest,
  context: HttpSourceContext & { readonly api: Pick<Api, 'openFile'> },
): Promise<HttpSourceOpening> {
  const object = createRemoteObject(request, context);
  const { sizeBytes, tailBytes } = request;
  const fetchTail = async (requested: RequestedRange): Promise<ObjectTail> => {
    const { sink, tail } = tailSink(requested, request, context);
    await fetchRange(object, sink, context);
    return tail();
  };
  try {
    const tail = await fetchTail({ suffixBytes: tailBytes }).catch((error: unknown) => {
      const canRequestOffsets = error instanceof NoSuffixError && sizeBytes !== null && sizeBytes > 0;
      if (!canRequestOffsets) throw error;
      return fetchTail({ start: Math.max(sizeBytes - tailBytes, 0), end: sizeBytes });
    });
    return { kind: 'source', source: createHttpSource(tail, object, context) };
  } catch (error) {
    if (error instanceof NoRangesError) return { kind: 'no-ranges', reason: error.message };
    throw error;
  }
}

/** Receives the end of an object. After the first bytes, the rest must be from the same version. */
function tailSink(
  requested: RequestedRange,
  request: HttpSourceRequest,
  context: HttpSourceContext,
): { sink: RangeSink; tail: () => ObjectTail } {
  const range = { position: 0, end: Number.POSITIVE_INFINITY };
  let tail: ObjectTail = {
    bytes: Buffer.alloc(0),
    totalBytes: 0,
    validator: { etag: null, lastModified: null },
  };
  let rest: RangeSink | null = null;
  const haveBytes = (): number => range.position - (tail.totalBytes - tail.bytes.length);
  const copy = (chunk: Buffer): null => {
    chunk.copy(tail.bytes, haveBytes());
    return null;
  };
  /** Null while any version is accepted. */
  const begun = (): RangeSink | null => (haveBytes() > 0 ? rest : null);
  const sink: RangeSink = {
    range,
    haveBytes,
    take: copy,
    request: async (failures) =>
      (await begun()?.request(failures)) ?? { range: requested, pinned: null, overlap: Buffer.alloc(0) },
    async accept(received) {
      const pinned = begun();
      if (pinned !== null) return await pinned.accept(received);
      const { bodyBytes, ...object } = await acceptTail(received, requested, request, context);
      tail = { ...object, bytes: Buffer.allocUnsafeSlow(bodyBytes) };
      range.position = tail.totalBytes - bodyBytes;
      range.end = tail.totalBytes;
      // A server that sends the whole of a small object may not support ranges to resume it.
      rest = received.found.kind === 'whole' ? null : pinnedSink(range, tail, copy);
      return { bodyBytes, mostBytes: bodyBytes };
    },
  };
  return { sink, tail: () => tail };
}

/** Accepts the end of an object, or the whole of a small one. */
async function acceptTail(
  { response, found }: ObjectResponse,
  requested: RequestedRange,
  { sizeBytes, tailBytes, inspectStart }: HttpSourceRequest,
  context: HttpSourceContext,
): Promise<Omit<ObjectTail, 'bytes'> & { readonly bodyBytes: number }> {
  if (found.kind === 'whole') await peek(response, inspectStart, context);
  if (found.kind === 'part') {
    const { totalBytes, validator } = found;
    if (sizeBytes !== null && totalBytes !== sizeBytes) throw sizeMismatch(totalBytes, sizeBytes);
    return { totalBytes, validator, bodyBytes: found.end - found.start };
  }
  if (found.kind === 'whole' && found.totalBytes !== null && found.totalBytes <= tailBytes) {
    const { totalBytes, validator } = found;
    // If the size differs, the download of the whole finds out what it is.
    if (sizeBytes === null || totalBytes === sizeBytes)
      return { totalBytes, validator, bodyBytes: totalBytes };
  }
  const mayHaveRanges = found.kind === 'unsatisfiable' || (found.kind === 'whole' && found.announcesRanges);
  const NoError = mayHaveRanges && 'suffixBytes' in requested ? NoSuffixError : NoRangesError;
  throw new NoError('BAD_RESPONSE', 'the server does not send parts of files');
}
