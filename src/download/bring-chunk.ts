import { ExpectedError } from '../errors.ts';
import type { HttpResponse } from '../http/transport.ts';
import { type ObjectDescription, OVERLAP_BYTES } from './destination.ts';
import { type FileAnswer, judgeFileAnswer } from './file-answer.ts';
import { type Job, knownSize } from './job.ts';
import { peek } from './peek.ts';
import type { Chunk } from './plan.ts';
import { rangeField } from './range-answer.ts';
import { receive } from './receive.ts';
import { compareValidators, ifRange } from './validator.ts';

type Bytes = Extract<FileAnswer, { kind: 'bytes' }>;

/** A reason to throw the bytes away and begin again, within a bound. */
export class RestartNeeded extends Error {
  override readonly name = 'RestartNeeded';
}

/** A connection that was opened beside others was answered with the whole file: it has to go. */
export class RangeRefused extends Error {
  override readonly name = 'RangeRefused';
}

/** Another connection has taken over what this one had no answer for yet. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver';
}

/** A chunk is slow only after this; before it is too early to tell. */
const TOO_EARLY_MS = 3_000;
/** What is collected before it is written: large enough to be cheap, small enough to stay in the processor's cache. */
const WRITE_BYTES = { most: 1_048_576, least: 262_144, together: 2 * 1_048_576 };

/**
 * One request for what is missing of a chunk, and its answer. Returns when the chunk is complete, or
 * when the address was renewed and the request has to be made again.
 * @throws RestartNeeded, ChangedBytesError, RangeRefused, ExpectedError
 */
export async function bringOnce(chunk: Chunk, failures: number, job: Job): Promise<void> {
  const { request, destination, url: fileUrl, signal } = job;
  const { api, clock, limitRate, onEvent } = job.context;
  refuseTooLarge(knownSize(job), request.maxSizeBytes);
  const question = await ask(chunk, failures, job);
  const stopper = stopperOf(chunk, signal);
  const url = fileUrl.current();
  measure(chunk, job);
  try {
    const response = await api.openFile(url, question.headers, stopper.signal);
    let answer: FileAnswer;
    try {
      answer = judgeFileAnswer(response, {
        range: question.range,
        haveBytes: destination.have.bytesBefore(chunk.position),
        sizeBytes: knownSize(job),
        nowMs: clock.now(),
      });
      if (answer.kind === 'restart') throw new RestartNeeded(answer.reason);
      const isInstead = answer.kind === 'bytes' && answer.isWhole && question.range !== null;
      if (isInstead || answer.kind === 'misfit')
        await peek(response, request.inspectHead, { clock, signal: stopper.signal });
      if (answer.kind === 'misfit') throw answer.error;
      if (answer.kind === 'bytes') await agree(answer, chunk, question.range !== null, response, job);
    } catch (error) {
      response.body.destroy();
      throw error;
    }
    // From now on the body is stopped by itself; aborting the request as well would look like a failure.
    chunk.stop = () => response.body.destroy();
    if (answer.kind !== 'bytes') response.body.destroy();
    if (answer.kind === 'refused') return await fileUrl.renew(url, answer.error);
    fileUrl.worked();
    if (answer.kind === 'complete') {
      chunk.end = chunk.position;
      return;
    }
    const totalBytes = knownSize(job);
    const limitBytes = totalBytes ?? request.maxSizeBytes;
    const contentType = response.headers.get('content-type');
    // Not awaited before the body is listened to: what a connection brought before it broke would be lost meanwhile.
    const described = describe(answer, response, job);
    described.catch(() => undefined);
    const speed = measure(chunk, job);
    await receive({
      response,
      chunk,
      async write(pieces, position) {
        await job.write(pieces, position);
        pieces.forEach(response.release);
        const haveBytes = destination.have.totalBytes();
        onEvent({ kind: 'progress', haveBytes, totalBytes, connections: job.connections });
      },
      writeBytes: writeBytes(job),
      overlap: answer.isWhole ? Buffer.alloc(0) : question.overlap,
      bodyBytes: answer.bodyBytes ?? (totalBytes === null ? null : totalBytes - answer.start),
      mostBytes: answer.isWhole ? limitBytes : answer.bodyBytes,
      inspectHead: (head) => request.inspectHead(head, contentType),
      limitRate,
      clock,
      signal,
      onBytes(sizeBytes) {
        speed(sizeBytes);
        job.transferredBytes += sizeBytes;
      },
    });
    await described;
    finish(chunk, url, job);
  } finally {
    stopper.release();
  }
}

/** The more connections collect at once, the less each of them. */
function writeBytes({ connections }: Job): number {
  return Math.min(Math.max(WRITE_BYTES.together / connections, WRITE_BYTES.least), WRITE_BYTES.most);
}

/** Which bytes to ask for, on which condition. */
async function ask(chunk: Chunk, failures: number, job: Job) {
  const { destination } = job;
  const sizeBytes = knownSize(job);
  const { position, end } = chunk;
  const isRange = position > 0 || end < (sizeBytes ?? Number.POSITIVE_INFINITY);
  const known = destination.object();
  const condition = isRange ? ifRange(known.validator) : null;
  const overlapBytes = overlapOf(position, condition !== null, failures, job);
  const start = position - overlapBytes;
  const overlap = overlapBytes === 0 ? Buffer.alloc(0) : await destination.readBack(start, position);
  const field = rangeField({ start, end: end === sizeBytes ? Number.POSITIVE_INFINITY : end });
  return {
    range: isRange ? { start, end } : null,
    overlap,
    headers: {
      'accept-encoding': 'identity',
      ...(isRange ? { range: field } : {}),
      ...(condition === null ? {} : { 'if-range': condition }),
    },
  };
}

/**
 * What an earlier run left, or no strong validator vouches for, is asked for again in part and
 * compared. The overlap shrinks with each failure, so that a connection that never lasts longer than
 * the overlap still gets ahead. One byte at least is left out: a request from 0 on would be for all.
 */
function overlapOf(position: number, hasCondition: boolean, failures: number, job: Job): number {
  const beforeBytes = job.destination.have.bytesBefore(position);
  if (beforeBytes === 0 || (hasCondition && !job.isOld(position - 1))) return 0;
  return Math.min(Math.floor(OVERLAP_BYTES / 2 ** failures), beforeBytes, position - 1);
}

/**
 * Whether the answer goes together with what is there. A 200 to a request for a range is the whole
 * object, from its first byte: it replaces what is there and is never appended.
 * @throws RestartNeeded, RangeRefused, ExpectedError UNSAFE when it is too large
 */
async function agree(
  answer: Bytes,
  chunk: Chunk,
  isRange: boolean,
  { headers }: HttpResponse,
  job: Job,
): Promise<void> {
  const { destination, request } = job;
  const known = destination.object().validator;
  const haveBytes = destination.have.totalBytes();
  const verdict = compareValidators(known, answer.validator);
  refuseTooLarge(answer.totalBytes, request.maxSizeBytes);
  if (!answer.isWhole) {
    job.ranges = 'honoured';
    if (verdict === 'changed') throw new RestartNeeded('the file on the server has changed');
    if (verdict === 'same' || request.isVerifiedLater) return;
    if (haveBytes === 0 && ifRange(answer.validator) !== null) return;
    job.mayDivide = false;
    throw new RestartNeeded('the server does not tell versions of the file apart');
  }
  if (!isRange) {
    if (headers.get('accept-ranges') === 'bytes') job.ranges = 'honoured';
    return;
  }
  job.ranges = 'ignored';
  if (job.connections > 1) {
    throw verdict === 'changed'
      ? new RestartNeeded('the file on the server has changed')
      : new RangeRefused('the server answered a request for a range with the whole file');
  }
  if (haveBytes > 0) await destination.restart();
  job.plan.giveAll(chunk, answer.totalBytes ?? knownSize(job) ?? Number.POSITIVE_INFINITY);
  if (haveBytes === 0) return;
  const reason =
    verdict === 'same' ? 'the server cannot continue files' : 'the file on the server has changed';
  job.context.onEvent({ kind: 'restart', reason, lostBytes: haveBytes });
}

/** Keeps what the answer says of the object, where that is new. */
async function describe(answer: Bytes, { headers }: HttpResponse, job: Job): Promise<void> {
  const { destination, request } = job;
  const known = destination.object();
  const next: ObjectDescription = {
    sizeBytes: answer.totalBytes ?? knownSize(job),
    validator: ifRange(known.validator) === null ? answer.validator : known.validator,
  };
  if (next.sizeBytes !== null) job.plan.setEnd(next.sizeBytes);
  request.onObject(next, headers, answer.isWhole);
  if (JSON.stringify(next) !== JSON.stringify(known)) await destination.describeObject(next);
}

function finish(chunk: Chunk, url: URL, { request, plan }: Job): void {
  if (chunk.end === Number.POSITIVE_INFINITY) {
    if (!request.isVerifiedLater) {
      throw new ExpectedError(
        'INTEGRITY',
        'nothing tells whether the file is complete: the service gave no size',
        { hint: 'give its digest with --checksum sha256=HEX if you know it' },
      );
    }
    plan.setEnd(chunk.position);
  }
  if (chunk.position < chunk.end) {
    // A server may send less than the range that was asked for; the rest is the next request.
    throw new ExpectedError('UNAVAILABLE', `${url.host} sent only a part of the range`, { transient: true });
  }
}

/** Measures from now on how fast the chunk comes; the returned function takes the bytes as they come. */
function measure(chunk: Chunk, { context: { clock } }: Job): (sizeBytes: number) => void {
  const startMs = clock.monotonicMs();
  let lastMs = startMs;
  let bytes = 0;
  chunk.bytesPerSecond = () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - startMs < TOO_EARLY_MS) return Number.POSITIVE_INFINITY;
    return nowMs - lastMs < TOO_EARLY_MS ? (bytes * 1_000) / (nowMs - startMs) : 0;
  };
  return (sizeBytes) => {
    bytes += sizeBytes;
    lastMs = clock.monotonicMs();
  };
}

/** A signal for one request: that of the job, or the chunk's own stop while no answer has come. */
function stopperOf(chunk: Chunk, signal: AbortSignal) {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  chunk.stop = () => controller.abort(new TakenOver('another connection brings it'));
  return { signal: controller.signal, release: () => signal.removeEventListener('abort', onAbort) };
}

/** @throws ExpectedError UNSAFE */
function refuseTooLarge(sizeBytes: number | null, maxSizeBytes: number | null): void {
  if (sizeBytes === null || maxSizeBytes === null || sizeBytes <= maxSizeBytes) return;
  throw new ExpectedError(
    'UNSAFE',
    `the file has ${sizeBytes} bytes, more than --max-size allows (${maxSizeBytes})`,
    { hint: 'raise --max-size if you trust it' },
  );
}
