import type { Api } from '../api/client.ts';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { backoffMs } from '../http/retry.ts';
import { type Destination, OVERLAP_BYTES } from './destination.ts';
import { type FileAnswer, judgeFileAnswer } from './file-answer.ts';
import { TooSlowError } from './patience.ts';
import { ChangedBytesError, receive } from './receive.ts';
import { compareValidators, ifRange } from './validator.ts';

export interface TransferRequest {
  readonly url: URL;
  /** Asks the API for the file's URL again when the present one is refused. */
  readonly renewUrl: () => Promise<URL>;
  /** What the API says; null when it does not. */
  readonly sizeBytes: number | null;
  readonly maxSizeBytes: number | null;
  /** True when the finished bytes are proved by other means (an archive's checksums, a given digest). */
  readonly isVerifiedLater: boolean;
  /** Sees the type and the first bytes; throws to refuse them. */
  readonly inspectHead: (head: Buffer, contentType: string | null) => void;
}

export interface TransferContext {
  readonly api: Pick<Api, 'openFile'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Failures in a row, without a new byte in between, that are put up with. */
  readonly retries: number;
  readonly onEvent: (event: TransferEvent) => void;
}

export type TransferEvent =
  | { readonly kind: 'progress'; readonly haveBytes: number; readonly totalBytes: number | null }
  | {
      readonly kind: 'retry';
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: ExpectedError;
    }
  | { readonly kind: 'restart'; readonly reason: string; readonly lostBytes: number };

export interface TransferResult {
  /** Body bytes that travelled in this run. */
  readonly transferredBytes: number;
  /** Where this run began. */
  readonly resumedFrom: number;
}

const MAX_RESTARTS = 3;
const MAX_URL_RENEWALS = 3;

/** A reason to throw the bytes away and begin again, within a bound. */
class RestartNeeded extends Error {
  override readonly name = 'RestartNeeded';
}

/**
 * Brings a file to its destination over as many connections, one after the other, as it takes.
 * The bytes of two versions of the object are never combined. Success means: as many bytes as the
 * service promised; where it promised nothing, the end of the stream, and the caller must verify.
 * @throws ExpectedError UNAVAILABLE after `retries` failures without progress, INTEGRITY, NOT_FOUND,
 *   AUTH, BAD_RESPONSE, UNSAFE (too large), DISK; what came so far stays in the destination
 */
export async function transfer(
  request: TransferRequest,
  destination: Destination,
  context: TransferContext,
): Promise<TransferResult> {
  const { clock, random, signal, retries, onEvent } = context;
  const resumedFrom = destination.haveBytes();
  let url = request.url;
  let failures = 0;
  let restarts = 0;
  let renewals = 0;
  let mostBytes = resumedFrom;
  let transferredBytes = 0;
  const onBytes = (sizeBytes: number) => {
    transferredBytes += sizeBytes;
  };
  const begin = async (reason: string) => {
    restarts += 1;
    if (restarts > MAX_RESTARTS) {
      throw new ExpectedError('UNAVAILABLE', `the server keeps changing the file (${reason})`, {
        hint: 'run the same command again later',
      });
    }
    const lostBytes = destination.haveBytes();
    await destination.restart();
    if (lostBytes > 0) onEvent({ kind: 'restart', reason, lostBytes });
  };

  if (isOtherSize(destination.object().sizeBytes, request.sizeBytes))
    await begin('the file has another size now');
  for (;;) {
    const totalBytes = knownSize(request, destination);
    if (totalBytes !== null && destination.haveBytes() === totalBytes)
      return { transferredBytes, resumedFrom };
    refuseTooLarge(totalBytes, request.maxSizeBytes);
    try {
      const isContinuation = resumedFrom === 0 || transferredBytes > 0;
      const outcome = await once({ url, failures, isContinuation, onBytes }, request, destination, context);
      if (outcome.kind === 'end') return { transferredBytes, resumedFrom };
      renewals += 1;
      if (renewals > MAX_URL_RENEWALS) throw outcome.error;
      url = await renewedUrl(request, outcome.error);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RestartNeeded || error instanceof ChangedBytesError) {
        await begin(error instanceof RestartNeeded ? error.message : 'the file on the server has changed');
        continue;
      }
      if (!(error instanceof ExpectedError) || error.details.transient !== true) throw error;
      if (destination.haveBytes() > mostBytes && !(error instanceof TooSlowError)) failures = 0;
      mostBytes = Math.max(mostBytes, destination.haveBytes());
      failures += 1;
      if (failures > retries) throw error;
      const delayMs = error.details.retryAfterMs ?? backoffMs(failures, random());
      onEvent({ kind: 'retry', attempt: failures, delayMs, error });
      await clock.sleep(delayMs, signal);
    }
  }
}

/**
 * Where to ask from. What an earlier run left, or no strong validator vouches for, is asked for
 * again in part and compared. The overlap shrinks with each failure, so that a connection that
 * never lasts longer than the overlap still gets ahead.
 */
function rangeStart(
  haveBytes: number,
  { isTrusted, failures }: { isTrusted: boolean; failures: number },
): number {
  if (haveBytes === 0 || isTrusted) return haveBytes;
  return Math.max(haveBytes - Math.floor(OVERLAP_BYTES / 2 ** failures), 1);
}

interface Attempt {
  readonly url: URL;
  readonly failures: number;
  /** True when the bytes so far came in this run. */
  readonly isContinuation: boolean;
  readonly onBytes: (sizeBytes: number) => void;
}

/** One request and its answer: the end of the file, or a URL that must be renewed. */
async function once(
  { url, failures, isContinuation, onBytes }: Attempt,
  request: TransferRequest,
  destination: Destination,
  { api, clock, signal, onEvent }: TransferContext,
): Promise<{ kind: 'end' } | { kind: 'refused'; error: ExpectedError }> {
  const haveBytes = destination.haveBytes();
  const known = destination.object();
  const condition = haveBytes === 0 ? null : ifRange(known.validator);
  const start = rangeStart(haveBytes, { isTrusted: isContinuation && condition !== null, failures });
  const overlap = start === haveBytes ? Buffer.alloc(0) : await destination.readBack(start, haveBytes);
  const headers = {
    'accept-encoding': 'identity',
    ...(start === 0 ? {} : { range: `bytes=${start}-` }),
    ...(condition === null ? {} : { 'if-range': condition }),
  };
  const response = await api.openFile(url, headers, signal);
  let answer: FileAnswer;
  try {
    answer = judgeFileAnswer(response, {
      start,
      haveBytes,
      sizeBytes: knownSize(request, destination),
      nowMs: clock.now(),
    });
    if (answer.kind !== 'bytes') response.body.destroy();
    if (answer.kind === 'complete') return { kind: 'end' };
    if (answer.kind === 'refused') return { kind: 'refused', error: answer.error };
    if (answer.kind === 'restart') throw new RestartNeeded(answer.reason);
    await continueOrRestart(answer, { start, request, destination, onEvent });
  } catch (error) {
    response.body.destroy();
    throw error;
  }
  const isContinuing = answer.start > 0;
  const totalBytes = answer.totalBytes ?? knownSize(request, destination);
  refuseTooLarge(totalBytes, request.maxSizeBytes);
  // Not awaited before the body is listened to: what a connection brought before it broke would be lost meanwhile.
  const described = destination.describeObject({ sizeBytes: totalBytes, validator: answer.validator });
  described.catch(() => undefined);
  const limitBytes = totalBytes ?? request.maxSizeBytes;
  const contentType = response.headers.get('content-type');
  await receive({
    response,
    destination,
    isFromStart: !isContinuing,
    overlap: isContinuing ? overlap : Buffer.alloc(0),
    bodyBytes: answer.bodyBytes ?? (totalBytes === null ? null : totalBytes - answer.start),
    mostBytes: limitBytes === null ? null : limitBytes - answer.start,
    inspectHead: (head) => request.inspectHead(head, contentType),
    clock,
    signal,
    onBytes(sizeBytes) {
      onBytes(sizeBytes);
      onEvent({ kind: 'progress', haveBytes: destination.haveBytes(), totalBytes });
    },
  });
  await described;
  if (totalBytes !== null && destination.haveBytes() < totalBytes) {
    // A server may send less than the range that was asked for; the rest is the next request.
    throw new ExpectedError('UNAVAILABLE', `${url.host} sent only a part of the range`, { transient: true });
  }
  if (totalBytes === null && !request.isVerifiedLater) {
    throw new ExpectedError(
      'INTEGRITY',
      'nothing tells whether the file is complete: the service gave no size',
      {
        hint: 'give its digest with --checksum sha256=HEX if you know it',
      },
    );
  }
  return { kind: 'end' };
}

/**
 * A 200 to a request for a range is the whole object, from its first byte: it replaces what is
 * there and is never appended. A 206 continues only what may be the same object.
 */
async function continueOrRestart(
  answer: Extract<FileAnswer, { kind: 'bytes' }>,
  {
    start,
    request,
    destination,
    onEvent,
  }: {
    start: number;
    request: TransferRequest;
    destination: Destination;
    onEvent: TransferContext['onEvent'];
  },
): Promise<void> {
  const known = destination.object().validator;
  if (answer.start > 0) {
    const verdict = compareValidators(known, answer.validator);
    if (verdict === 'changed') throw new RestartNeeded('the file on the server has changed');
    if (verdict === 'unknown' && !request.isVerifiedLater) {
      throw new RestartNeeded('the server does not tell versions of the file apart');
    }
    return;
  }
  if (start === 0) return;
  const lostBytes = destination.haveBytes();
  await destination.restart();
  const isSame = compareValidators(known, answer.validator) === 'same';
  const reason = isSame ? 'the server cannot continue files' : 'the file on the server has changed';
  onEvent({ kind: 'restart', reason, lostBytes });
}

async function renewedUrl(request: TransferRequest, refusal: ExpectedError): Promise<URL> {
  try {
    return await request.renewUrl();
  } catch (error) {
    // The package itself is gone or forbidden: that says more than the refused URL did.
    if (error instanceof ExpectedError && error.code !== 'UNAVAILABLE') throw error;
    throw refusal;
  }
}

function knownSize(request: TransferRequest, destination: Destination): number | null {
  return request.sizeBytes ?? destination.object().sizeBytes;
}

function isOtherSize(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && one !== other;
}

function refuseTooLarge(sizeBytes: number | null, maxSizeBytes: number | null): void {
  if (sizeBytes === null || maxSizeBytes === null || sizeBytes <= maxSizeBytes) return;
  throw new ExpectedError(
    'UNSAFE',
    `the file has ${sizeBytes} bytes, more than --max-size allows (${maxSizeBytes})`,
    {
      hint: 'raise --max-size if you trust it',
    },
  );
}
