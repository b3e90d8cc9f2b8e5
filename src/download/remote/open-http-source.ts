import type { Api } from '../../api/client.ts';
import { type RequestedRange, sizeMismatch } from '../response/classify-response.ts';
import { peek } from '../response/peek.ts';
import { createRemoteObject, type ObjectResponse } from '../response/remote-object.ts';
import { fetchRange, type RangeSink } from '../transfer/fetch-range.ts';
import { NoRangesError, pinnedSink } from '../transfer/pinned-object.ts';
import { createHttpSource, type HttpSource, type HttpSourceContext, type ObjectTail } from './http-source.ts';

export type HttpSourceOpening =
  | { readonly kind: 'source'; readonly source: HttpSource }
  /** The server does not send parts: the object can only be had as a whole. */
  | { readonly kind: 'no-ranges'; readonly reason: string };

export interface HttpSourceRequest {
  readonly url: URL;
  /** Requests the URL of the file from the API again when the present one is refused. */
  readonly renewUrl: () => Promise<URL>;
  /** The size according to the API; null when it gives none. */
  readonly sizeBytes: number | null;
  /** How much of the end is fetched with the first request, and kept. */
  readonly tailBytes: number;
  /** Gets the type and the first bytes if the whole arrives instead of a part; throws to refuse them. */
  readonly inspectStart: (head: Buffer, contentType: string | null) => void;
}

/** The server may have ranges, but not those counted from the end. */
class NoSuffixError extends NoRangesError {}

/**
 * Opens an object by requesting its last bytes, which tells its size and version as well (RFC 9110 14.1.2, suffix
 * ranges). A server that has ranges but not this form is asked again in numbers. If the response breaks off, the
 * bytes that arrived are kept.
 * @throws ExpectedError INTEGRITY when the size is not the one of the API; what `inspectStart`, fetchRange() and
 *   pinnedSink() throw
 */
export async function openHttpSource(
  request: HttpSourceRequest,
  context: HttpSourceContext & { readonly api: Pick<Api, 'openFile'> },
): Promise<HttpSourceOpening> {
  const object = createRemoteObject(request, context);
  const { sizeBytes, tailBytes } = request;
  const fetchTail = async (asked: RequestedRange): Promise<ObjectTail> => {
    const { sink, tail } = tailSink(asked, request, context);
    await fetchRange(object, sink, context);
    return tail();
  };
  try {
    const tail = await fetchTail({ suffixBytes: tailBytes }).catch((error: unknown) => {
      const canAskInNumbers = error instanceof NoSuffixError && sizeBytes !== null && sizeBytes > 0;
      if (!canAskInNumbers) throw error;
      return fetchTail({ start: Math.max(sizeBytes - tailBytes, 0), end: sizeBytes });
    });
    return { kind: 'source', source: createHttpSource(tail, object, context) };
  } catch (error) {
    if (error instanceof NoRangesError) return { kind: 'no-ranges', reason: error.message };
    throw error;
  }
}

/** Receives the end of an object. Once some of it is there, the rest must be of the same version. */
function tailSink(
  asked: RequestedRange,
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
  const take = (piece: Buffer): null => {
    piece.copy(tail.bytes, haveBytes());
    return null;
  };
  /** Null as long as any version will do. */
  const begun = (): RangeSink | null => (haveBytes() > 0 ? rest : null);
  const sink: RangeSink = {
    range,
    haveBytes,
    take,
    request: async (failures) =>
      (await begun()?.request(failures)) ?? { range: asked, pinned: null, overlap: Buffer.alloc(0) },
    async accept(received) {
      const pinned = begun();
      if (pinned !== null) return await pinned.accept(received);
      const { bodyBytes, ...object } = await acceptTail(received, asked, request, context);
      tail = { ...object, bytes: Buffer.allocUnsafeSlow(bodyBytes) };
      range.position = tail.totalBytes - bodyBytes;
      range.end = tail.totalBytes;
      // A server that sends the whole of a small object may have no ranges to continue it with.
      rest = received.found.kind === 'whole' ? null : pinnedSink(range, tail, take);
      return { bodyBytes, mostBytes: bodyBytes };
    },
  };
  return { sink, tail: () => tail };
}

/** A response with the whole of a small object is as good as one with its end. */
async function acceptTail(
  { response, found }: ObjectResponse,
  asked: RequestedRange,
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
    // Of another size, it is for the download of the whole to see what it is.
    if (sizeBytes === null || totalBytes === sizeBytes)
      return { totalBytes, validator, bodyBytes: totalBytes };
  }
  const mayHaveRanges = found.kind === 'unsatisfiable' || (found.kind === 'whole' && found.announcesRanges);
  const NoError = mayHaveRanges && 'suffixBytes' in asked ? NoSuffixError : NoRangesError;
  throw new NoError('BAD_RESPONSE', 'the server does not send parts of files');
}
