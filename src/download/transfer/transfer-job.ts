import type { Clock } from '../../clock.ts';
import type { ExpectedError } from '../../errors.ts';
import type { HttpHeaders } from '../../http/headers.ts';
import { linkController } from '../../http/linked-controller.ts';
import type { Semaphore } from '../../semaphore.ts';
import { type ByteRange, createByteRanges } from '../part/byte-ranges.ts';
import type { Destination, ObjectDescription } from '../part/destination.ts';
import { createJournalSchedule } from '../part/journal-schedule.ts';
import type { RemoteObject } from '../response/remote-object.ts';
import { createPausedTime, type PausedTime } from './paused-time.ts';
import type { PinnedObject } from './pinned-object.ts';
import type { RateLimit } from './rate-limit.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';

export interface TransferRequest {
  readonly object: RemoteObject;
  /** A range of a known version. Null for a whole object; a new version replaces the existing bytes. */
  readonly pinned: (PinnedObject & { readonly start: number }) | null;
  /** The size according to the API, or of the range; null when unknown. */
  readonly sizeBytes: number | null;
  readonly maxSizeBytes: number | null;
  /** True if the complete bytes are verified by other means: the checksums of an archive, or a given digest. */
  readonly isVerifiedLater: boolean;
  /** How many bytes at the end of a large file to fetch first; 0 for none. */
  readonly tailBytes: number;
  /** Called with the type and the first bytes; throws to refuse them. */
  readonly inspectStart: (head: Buffer, contentType: string | null) => void;
  /** Called with what each response says about the object, and whether it has the whole. */
  readonly onObject: (object: ObjectDescription, headers: HttpHeaders, isWhole: boolean) => void;
}

export interface TransferContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The most failures in a row without a new byte. */
  readonly retries: number;
  readonly budget: Semaphore;
  /** How many connections to open; null to choose by size and speed. */
  readonly connections: number | null;
  readonly limitRate: RateLimit | null;
  readonly onEvent: (event: TransferEvent) => void;
}

export type TransferEvent =
  | {
      readonly kind: 'progress';
      readonly haveBytes: number;
      readonly totalBytes: number | null;
      readonly connections: number;
    }
  | {
      readonly kind: 'retry';
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: ExpectedError;
    }
  | { readonly kind: 'connections'; readonly count: number; readonly reason: string }
  | { readonly kind: 'restart'; readonly reason: string; readonly lostBytes: number };

/** What the connections of one file share while they fetch one version of it. */
export interface TransferJob {
  readonly request: TransferRequest;
  readonly destination: Destination;
  readonly context: TransferContext;
  readonly plan: Scheduler;
  /** Aborted with the signal of the context, and after the final failure of a connection. */
  readonly signal: AbortSignal;
  readonly abort: (reason: unknown) => void;
  /** Stops listening to the signal of the context. */
  readonly release: () => void;
  /** The most connections that are useful. */
  readonly mostConnections: number;
  /** Whether the byte is from an earlier run. */
  readonly isOld: (position: number) => boolean;
  readonly write: (chunks: readonly Buffer[], position: number) => Promise<void>;
  /** Resolves when nothing is written in the background. */
  readonly settled: () => Promise<void>;
  /** How many connections are open. */
  connections: number;
  ranges: 'unknown' | 'honoured' | 'ignored';
  /** False if parts of several responses must not be combined. */
  mayDivide: boolean;
  /** How long its connections were paused. */
  readonly pausedTime: PausedTime;
}

/** As many connections as help one file on a high-latency line. More would only burden the server. */
export const DEFAULT_CONNECTIONS = 8;
/** A smaller file gets one connection, and its end is not fetched first. */
const LARGE_BYTES = 16 * 1_048_576;
const BYTES_PER_CONNECTION = 8 * 1_048_576;
/** Several ranges of an object are transferred at once, and each checkpoint syncs. */
const RANGE_CHECKPOINT_BYTES = 64 * 1_048_576;

export type TransferJobOptions = Pick<TransferJob, 'request' | 'destination' | 'context' | 'mayDivide'>;

export function createTransferJob({
  request,
  destination,
  context,
  mayDivide,
}: TransferJobOptions): TransferJob {
  const { signal, abort, release } = linkController(context.signal);
  const leastCheckpointBytes = request.pinned === null ? undefined : RANGE_CHECKPOINT_BYTES;
  const journalSchedule = createJournalSchedule(destination, context.clock, leastCheckpointBytes);
  const old = createByteRanges(destination.have.list());
  const sizeBytes = knownSize({ request, destination });
  // An empty file is requested like one of unknown size: only the response proves that it is empty.
  const hasBytes = sizeBytes !== null && sizeBytes > 0;
  const gaps = destination.have.missing(hasBytes ? sizeBytes : Number.POSITIVE_INFINITY);
  const isDivisible = mayDivide && destination.acceptsAnyOrder && hasBytes;
  const mostConnections = isDivisible ? chooseConnections(gaps, context) : 1;
  const tail = { start: Math.max((sizeBytes ?? 0) - request.tailBytes, 0), end: sizeBytes ?? 0 };
  const isTailFirst = isDivisible && tail.end >= LARGE_BYTES && !destination.have.has(tail.start, tail.end);
  const job: TransferJob = {
    request,
    destination,
    context,
    plan: createScheduler(gaps, {
      connections: mostConnections,
      // Connections that the user did not request open only while the line has capacity.
      sharing: () => (context.connections === null ? job.connections : mostConnections),
      first: isTailFirst ? tail : null,
    }),
    signal,
    abort,
    release,
    mostConnections,
    isOld: (position) => old.has(position, position + 1),
    async write(chunks, position) {
      await destination.write(chunks, position);
      await journalSchedule.wrote();
    },
    settled: () => journalSchedule.settled(),
    connections: 0,
    ranges: 'unknown',
    mayDivide: true,
    pausedTime: createPausedTime(context.clock),
  };
  return job;
}

/** The size according to the API, or to a response; null if unknown. */
export function knownSize({
  request,
  destination,
}: Pick<TransferJob, 'request' | 'destination'>): number | null {
  return request.sizeBytes ?? destination.object().sizeBytes;
}

function chooseConnections(gaps: readonly ByteRange[], { connections, budget }: TransferContext): number {
  const leftBytes = gaps.reduce((total, { start, end }) => total + end - start, 0);
  if (connections !== null) return Math.min(connections, budget.total);
  if (leftBytes < LARGE_BYTES) return 1;
  const bySize = Math.floor(leftBytes / BYTES_PER_CONNECTION);
  return Math.min(bySize, budget.total);
}
