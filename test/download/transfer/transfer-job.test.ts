import { describe, expect, test } from 'vitest';
import { type ByteRange, createByteRanges } from '../../../src/download/part/byte-ranges.ts';
import { type Destination, NO_VALIDATOR } from '../../../src/download/part/destination.ts';
import { createRemoteObject } from '../../../src/download/response/remote-object.ts';
import {
  createTransferJob,
  type TransferContext,
  type TransferRequest,
} from '../../../src/download/transfer/transfer-job.ts';
import { createSemaphore } from '../../../src/semaphore.ts';
import { afterThisTest } from '../../support/after-this-test.ts';
import { standingClock } from '../../support/standing-clock.ts';

const MIB = 1_048_576;

interface JobChanges {
  readonly request?: Partial<TransferRequest>;
  readonly destination?: Partial<Destination>;
  readonly context?: Partial<TransferContext>;
  readonly mayDivide?: boolean;
  readonly have?: readonly ByteRange[];
}

/** A job before its first request. Its destination counts notes and checkpoints. */
function makeJob({ request, destination, context, mayDivide = true, have: initial = [] }: JobChanges = {}) {
  const clock = standingClock();
  const have = createByteRanges(initial);
  const saved = { notes: 0, checkpoints: 0 };
  const url = new URL('http://127.0.0.1/');
  const api = { openFile: () => Promise.reject(new Error('no request was expected')) };
  const job = createTransferJob({
    request: {
      object: createRemoteObject({ url, renewUrl: async () => url }, { api, clock }),
      pinned: null,
      sizeBytes: null,
      maxSizeBytes: null,
      isVerifiedLater: true,
      tailBytes: 0,
      inspectStart: () => undefined,
      onObject: () => undefined,
      ...request,
    },
    destination: {
      acceptsAnyOrder: true,
      keepsNotes: true,
      have,
      object: () => ({ sizeBytes: null, validator: NO_VALIDATOR }),
      describeObject: async () => undefined,
      write: async () => undefined,
      readBack: async () => Buffer.alloc(0),
      restart: async () => undefined,
      async note() {
        saved.notes += 1;
      },
      async checkpoint() {
        saved.checkpoints += 1;
      },
      ...destination,
    },
    context: {
      clock,
      random: () => 0.5,
      signal: new AbortController().signal,
      retries: 0,
      budget: createSemaphore(8),
      connections: null,
      limitRate: null,
      onEvent: () => undefined,
      ...context,
    },
    mayDivide,
  });
  afterThisTest(async () => job.release());
  return { job, have, clock, saved };
}

describe('the number of useful connections', () => {
  test.each([
    ['less than 16 MiB', 16 * MIB - 1, 1],
    ['16 MiB', 16 * MIB, 2],
    ['less than three times 8 MiB', 24 * MIB - 1, 2],
    ['three times 8 MiB', 24 * MIB, 3],
    ['more than the shared budget allows', 1_000 * MIB, 8],
  ])('for %s', (_name, sizeBytes, expected) => {
    expect(makeJob({ request: { sizeBytes } }).job.mostConnections).toBe(expected);
  });

  test.each<[string, JobChanges, number]>([
    [
      'counts only what is missing',
      { have: [{ start: 5 * MIB, end: 10 * MIB }], request: { sizeBytes: 20 * MIB } },
      1,
    ],
    ['is set by --connections', { context: { connections: 4 }, request: { sizeBytes: MIB } }, 4],
    ['is limited by the shared budget', { context: { connections: 20 }, request: { sizeBytes: MIB } }, 8],
    ['is 1 for a file of unknown size', { context: { connections: 4 } }, 1],
    ['is 1 for an empty file', { context: { connections: 4 }, request: { sizeBytes: 0 } }, 1],
    ['is 1 for a file that must not be divided', { mayDivide: false, request: { sizeBytes: 100 * MIB } }, 1],
    [
      'is 1 if bytes can only be appended',
      { destination: { acceptsAnyOrder: false }, request: { sizeBytes: 100 * MIB } },
      1,
    ],
  ])('%s', (_name, changes, expected) => {
    expect(makeJob(changes).job.mostConnections).toBe(expected);
  });
});

describe('the end of an archive', () => {
  const tailBytes = MIB;
  const context = { connections: 4 };

  test.each<[string, JobChanges, number]>([
    ['is requested first at 16 MiB', { request: { sizeBytes: 16 * MIB } }, 15 * MIB],
    ['is not requested first below 16 MiB', { request: { sizeBytes: 16 * MIB - 1 } }, 0],
    [
      'is not requested first if it exists',
      { request: { sizeBytes: 16 * MIB }, have: [{ start: 15 * MIB, end: 16 * MIB }] },
      0,
    ],
    [
      'is requested first if it exists only in part',
      { request: { sizeBytes: 16 * MIB }, have: [{ start: 15 * MIB + 1, end: 16 * MIB }] },
      15 * MIB,
    ],
    [
      'is not requested first in an undivided file',
      { mayDivide: false, request: { sizeBytes: 16 * MIB } },
      0,
    ],
  ])('%s', (_name, { request, ...changes }, start) => {
    const { job } = makeJob({ ...changes, context, request: { ...request, tailBytes } });
    expect(job.plan.next()?.start).toBe(start);
  });
});

describe('written bytes', () => {
  const pinned = { start: 0, totalBytes: 1_000 * MIB, validator: NO_VALIDATOR };

  test.each([
    ['a file, 8 MiB', null, 8 * MIB, 1],
    ['a file, less', null, 8 * MIB - 1, 0],
    ['a range of a file, 64 MiB', pinned, 64 * MIB, 1],
    ['a range of a file, less', pinned, 64 * MIB - 1, 0],
  ])('are synced: %s', async (_name, version, sizeBytes, expected) => {
    const { job, have, clock, saved } = makeJob({
      request: { pinned: version, sizeBytes: 1_000 * MIB },
    });
    have.add(0, sizeBytes);
    clock.pass(200);
    await job.write([], 0);
    await job.settled();
    expect(saved).toEqual({ notes: 1, checkpoints: expected });
  });

  test('are old only where an earlier run had written them', () => {
    const { job, have } = makeJob({ have: [{ start: 10, end: 20 }] });
    have.add(20, 30);
    expect([9, 10, 19, 20].map(job.isOld)).toEqual([false, true, true, false]);
  });
});
