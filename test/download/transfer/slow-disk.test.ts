import { readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type ByteRange, createByteRanges } from '../../../src/download/part/byte-ranges.ts';
import { type Destination, NO_VALIDATOR } from '../../../src/download/part/destination.ts';
import { createJournalSchedule } from '../../../src/download/part/journal-schedule.ts';
import { openPartFile } from '../../../src/download/part/open-part-file.ts';
import type { PartFile } from '../../../src/download/part/part-file.ts';
import { createRemoteObject } from '../../../src/download/response/remote-object.ts';
import { transfer } from '../../../src/download/transfer/transfer.ts';
import { toHttpHeaders } from '../../../src/http/headers.ts';
import { createSemaphore } from '../../../src/semaphore.ts';
import { afterThisTest } from '../../support/after-this-test.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { FAST, setDownload, writerOf } from '../../support/download-scene.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { makePlainObject } from '../../support/faults/served-object.ts';
import { standingClock } from '../../support/standing-clock.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const MIB = 1_048_576;
const bytes = pseudoRandomBytes(8_000, 1);

async function openPart(): Promise<{ part: PartFile; target: string }> {
  const target = join(makeTempFolder(), 'object.mp4');
  const identity = { origin: 'https://api.example', packageId: 'package', fileId: 'one' };
  const part = await openPartFile({ target, identity, ...writerOf(process.pid), mayResume: true });
  afterThisTest(async () => {
    await part.remove();
    await part.close();
  });
  return { part, target };
}

function makeGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Delays calls of one method of an open file until the returned function is called. */
function keepWaiting(file: FileHandle, name: 'writev' | 'sync'): () => void {
  const gate = makeGate();
  const call = file[name].bind(file) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(file, {
    [name]: async (...args: unknown[]) => {
      await gate.opened;
      return call(...args);
    },
  });
  return gate.open;
}

test.each(['after', 'before'])(
  'a write to a part file does not count if it ends %s a restart',
  async (order) => {
    const { part } = await openPart();
    const letThrough = keepWaiting(part.handle(), 'writev');
    const writing = part.write([bytes], 0);
    const restarting = part.restart();
    if (order === 'after') await restarting;
    letThrough();
    await Promise.all([writing, restarting]);
    expect(part.have.list()).toEqual([]);
    await part.write([bytes], 0);
    expect(part.have.totalBytes()).toBe(bytes.length);
  },
);

test.each(['after', 'before'])(
  'a checkpoint of a part file covers nothing if it ends %s a restart',
  async (order) => {
    const { part, target } = await openPart();
    await part.write([bytes], 0);
    const letThrough = keepWaiting(part.handle(), 'sync');
    const saving = part.checkpoint();
    const restarting = part.restart();
    if (order === 'after') await restarting;
    letThrough();
    await Promise.all([saving, restarting]);
    const [journal = ''] = readFileSync(`${target}.part.json`, 'utf8').split('\n');
    expect(JSON.parse(journal)).toMatchObject({ synced: [] });
  },
);

/** Transfers a response of 10,000 bytes to a disk with some calls replaced. */
function startTransfer(body: Readable, disk: Partial<Destination>): Promise<void> {
  const url = new URL('http://127.0.0.1/');
  const clock = createFastClock();
  const api = {
    openFile: async () => ({ status: 200, url, headers: toHttpHeaders({}), body, release: () => undefined }),
  };
  return transfer(
    {
      object: createRemoteObject({ url, renewUrl: async () => url }, { api, clock }),
      pinned: null,
      sizeBytes: 10_000,
      maxSizeBytes: null,
      isVerifiedLater: false,
      tailBytes: 0,
      inspectStart: () => undefined,
      onObject: () => undefined,
    },
    {
      acceptsAnyOrder: true,
      keepsNotes: true,
      have: createByteRanges(),
      object: () => ({ sizeBytes: null, validator: NO_VALIDATOR }),
      describeObject: async () => undefined,
      write: async () => undefined,
      readBack: async () => Buffer.alloc(0),
      restart: async () => undefined,
      note: async () => undefined,
      checkpoint: async () => undefined,
      ...disk,
    },
    {
      clock,
      random: () => 0.5,
      signal: new AbortController().signal,
      retries: 0,
      budget: createSemaphore(1),
      connections: null,
      limitRate: null,
      onEvent: () => undefined,
    },
  );
}

test.each([
  ['breaks off', new Error('reset')],
  ['ends', null],
])('a body that %s: ends only after all received bytes are written', async (_name, error) => {
  const body = new Readable({ read: () => undefined });
  const gate = makeGate();
  const written: Buffer[] = [];
  let isOver = false;
  const received = startTransfer(body, {
    async write(pieces) {
      await gate.opened;
      written.push(...pieces);
    },
  })
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });
  body.push(bytes);
  await delay(5);
  if (error === null) body.push(null);
  else body.destroy(error);
  await delay(50);
  expect(isOver).toBe(false);
  gate.open();
  await received;
  expect(Buffer.concat(written).equals(bytes)).toBe(true);
});

test('a journal that cannot be written ends the transfer', async () => {
  const failure = new Error('disk full');
  const have = createByteRanges();
  const received = startTransfer(Readable.from([Buffer.alloc(10_000)]), {
    have,
    async write(pieces, position) {
      have.add(position, position + Buffer.concat([...pieces]).length);
    },
    describeObject: () => delay(20).then(() => Promise.reject(failure)),
  });
  await expect(received).rejects.toBe(failure);
});

test('case 73: writes no further ahead of a note than a kill may lose', async () => {
  const gate = makeGate();
  const have = createByteRanges();
  const destination = { keepsNotes: true, have, note: () => gate.opened, checkpoint: async () => undefined };
  const keeper = createJournalSchedule(destination, createFastClock());
  have.add(0, 2 * 1_048_576);
  await keeper.wrote();
  have.add(2 * 1_048_576, 4 * 1_048_576 - 1);
  await keeper.wrote();
  have.add(4 * 1_048_576 - 1, 4 * 1_048_576);
  let isOver = false;
  const waiting = keeper.wrote().then(() => {
    isOver = true;
  });
  await delay(50);
  expect(isOver).toBe(false);
  gate.open();
  await waiting;
});

test.each([
  ['notes 2 MiB at once', 2 * MIB, 0, { notes: 1, checkpoints: 0 }],
  ['notes less than 2 MiB after a tenth of a second', 2 * MIB - 1, 100, { notes: 1, checkpoints: 0 }],
  ['does not note less than 2 MiB before that', 2 * MIB - 1, 99, { notes: 0, checkpoints: 0 }],
  ['syncs 8 MiB after 200 ms', 8 * MIB, 200, { notes: 1, checkpoints: 1 }],
  ['does not sync 8 MiB before that', 8 * MIB, 199, { notes: 1, checkpoints: 0 }],
  ['syncs less than 8 MiB after five seconds', 1, 5_000, { notes: 1, checkpoints: 1 }],
  ['does not sync less than 8 MiB before that', 8 * MIB - 1, 4_999, { notes: 1, checkpoints: 0 }],
])('case 73: %s', async (_what, sizeBytes, passedMs, expected) => {
  const { clock, have, saved, schedule } = setSchedule();
  have.add(0, sizeBytes);
  clock.pass(passedMs);
  await schedule.wrote();
  await schedule.settled();
  expect(saved).toEqual(expected);
});

test('case 73: does not note existing bytes again', async () => {
  const { have, saved, schedule } = setSchedule([{ start: 0, end: 10 * MIB }]);
  have.add(10 * MIB, 11 * MIB);
  await schedule.wrote();
  expect(saved).toEqual({ notes: 0, checkpoints: 0 });
});

test.each(['note', 'checkpoint'] as const)(
  'a failed %s rejects the next write and settled()',
  async (call) => {
    const failure = new Error('disk full');
    const { clock, have, schedule } = setSchedule([], {
      [call]: () => delay(20).then(() => Promise.reject(failure)),
    });
    have.add(0, 8 * MIB);
    clock.pass(200);
    await schedule.wrote();
    await expect(schedule.settled()).rejects.toBe(failure);
    await expect(schedule.wrote()).rejects.toBe(failure);
  },
);

/** A schedule with counters for notes and checkpoints. */
function setSchedule(initial: readonly ByteRange[] = [], calls: Partial<Destination> = {}) {
  const clock = standingClock();
  const have = createByteRanges(initial);
  const saved = { notes: 0, checkpoints: 0 };
  const destination = {
    keepsNotes: true,
    have,
    async note() {
      saved.notes += 1;
    },
    async checkpoint() {
      saved.checkpoints += 1;
    },
    ...calls,
  };
  return { clock, have, saved, schedule: createJournalSchedule(destination, clock) };
}

test.each([
  ['syncs after 1 MiB without notes', false, 1_048_576, 200, 1],
  ['does not sync less than 1 MiB after 200 ms without notes', false, 1_048_575, 200, 0],
  ['does not sync 1 MiB before 200 ms without notes', false, 1_048_576, 199, 0],
  ['does not sync a byte before half a second without notes', false, 1, 499, 0],
  ['does not sync after 1 MiB with notes', true, 1_048_576, 200, 0],
  ['syncs a byte after half a second without notes', false, 1, 500, 1],
  ['does not sync a byte after half a second with notes', true, 1, 500, 0],
])('case 73: %s', async (_what, keepsNotes, bytes, passedMs, expected) => {
  let nowMs = 0;
  let count = 0;
  const have = createByteRanges();
  const checkpoint = async () => {
    count += 1;
  };
  const destination = { keepsNotes, have, note: async () => undefined, checkpoint };
  const writer = createJournalSchedule(destination, { ...createFastClock(), monotonicMs: () => nowMs });
  have.add(0, bytes);
  nowMs = passedMs;
  await writer.wrote();
  await writer.settled();
  expect(count).toBe(expected);
});

test('does not request bytes again that arrived before a connection broke', async () => {
  const object = makePlainObject(300_000);
  const scene = await setDownload(
    object,
    (_request, reply) => reply.file(object, { cutAtByte: 123_456 }),
    FAST,
  );
  await expect(scene.download({ context: { retries: 0 } })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  scene.server.use((_request, reply) => reply.file(object));
  expect(await scene.download()).toMatchObject({ resumedFrom: 123_456 });
});
