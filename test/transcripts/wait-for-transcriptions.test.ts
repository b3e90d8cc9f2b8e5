import { expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import type { SelectedMediaItem } from '../../src/transcripts/list-transcripts.ts';
import { watchTranscriptions } from '../../src/transcripts/wait-for-transcriptions.ts';
import { createHandClock } from '../terminal/make-terminal.ts';

type Status = string | null | Error;

/** Watches media items that return these statuses in order; the last one repeats. */
function watch(waitMs: number, statuses: Readonly<Record<string, readonly Status[]>>) {
  const clock = createHandClock();
  const left = new Map(Object.entries(statuses).map(([id, all]) => [id, [...all]]));
  const log: string[] = [];
  const watching = watchTranscriptions(waitMs, 2, {
    api: {
      async getTranscriptionStatus(id: string) {
        log.push(`ask ${id}`);
        const all = left.get(id) ?? [];
        const status = all.length > 1 ? all.shift() : all[0];
        if (status instanceof Error) throw status;
        return status ?? null;
      },
    },
    clock: {
      ...clock,
      async sleep(delayMs: number) {
        log.push(`sleep ${delayMs}`);
        await new Promise(setImmediate);
        clock.advance(delayMs);
      },
    },
    io: {
      warn: (text: string) => log.push(`warn ${text}`),
      progress: ({ event, id, label, status }: Record<string, unknown>) =>
        log.push(`${String(event)} ${String(id)} ${String(label)} ${String(status)}`),
    },
    random: () => 0.5,
    signal: new AbortController().signal,
  } as never);
  return { watching, log };
}

const itemsOf = (...ids: readonly string[]) =>
  ids.map((id) => ({ id, item: id === 'named' ? { name: 'Talk' } : null }) as SelectedMediaItem);
const idsIn = ({
  running,
  ended,
}: {
  running: readonly { id: string }[];
  ended: readonly { id: string }[];
}) => ({
  running: running.map(({ id }) => id),
  ended: ended.map(({ id }) => id),
});

test.each<[Status, boolean]>([
  ['Running', true],
  ['preparing', true],
  ['QUEUED', true],
  ['finished', false],
  ['Failed', false],
  [null, false],
  [new ExpectedError('NOT_FOUND', 'x'), false],
  [new ExpectedError('UNAVAILABLE', 'x'), true],
])('treats the status %s as running: %j', async (status, isRunning) => {
  const { watching } = watch(0, { m: [status], other: ['done'] });
  expect(idsIn(await watching.check(itemsOf('m', 'other'))).running).toEqual(isRunning ? ['m'] : []);
});

test('treats an unknown status as ended and warns once', async () => {
  const { watching, log } = watch(0, { a: ['Odd'], b: ['odd'], c: ['odd'] });
  expect(idsIn(await watching.check(itemsOf('a', 'b', 'c')))).toEqual({
    running: [],
    ended: ['a', 'b', 'c'],
  });
  expect(log.filter((line) => line.startsWith('warn'))).toEqual([
    'warn unknown transcription status Odd: treating it as ended',
  ]);
});

test('fails without any transcription status, but only on the first check', async () => {
  const { watching } = watch(0, { m: [null], n: ['done', null] });
  await expect(watching.check(itemsOf('m'))).rejects.toMatchObject({
    code: 'BAD_RESPONSE',
    message: '--wait-transcripts: no media item has a transcription status',
    details: { hint: 'omit --wait-transcripts to download the available transcripts' },
  });
  expect(idsIn(await watching.check(itemsOf('m')))).toEqual({ running: [], ended: ['m'] });
  expect(idsIn(await watch(0, {}).watching.check([]))).toEqual({ running: [], ended: [] });
});

test('rejects with any other failure', async () => {
  const failure = new ExpectedError('AUTH', 'x');
  await expect(watch(0, { m: [failure] }).watching.check(itemsOf('m'))).rejects.toBe(failure);
});

test('checks media items again after a pause, except those that ended', async () => {
  const { watching, log } = watch(60_000, { named: ['running', 'running', 'done'], m: ['running', 'done'] });
  const media = itemsOf('named', 'm');
  await watching.check(media);
  log.length = 0;
  expect(idsIn(await watching.wait(media))).toEqual({ running: [], ended: ['m', 'named'] });
  expect(log).toEqual([
    'wait named Talk transcription running',
    'wait m m transcription running',
    'sleep 700',
    'ask named',
    'ask m',
    'wait named Talk transcription running',
    'sleep 700',
    'ask named',
  ]);
});

test('waits for exactly the requested time', async () => {
  const { watching, log } = watch(1_500, { m: ['running'] });
  await watching.check(itemsOf('m'));
  log.length = 0;
  expect(idsIn(await watching.wait(itemsOf('m')))).toEqual({ running: ['m'], ended: [] });
  expect(log.filter((line) => line.startsWith('sleep'))).toEqual(['sleep 700', 'sleep 700', 'sleep 100']);
  expect(log.filter((line) => line.startsWith('ask'))).toHaveLength(3);
  const short = watch(1, { m: ['running'] });
  await short.watching.wait(itemsOf('m'));
  expect(short.log.filter((line) => line.startsWith('sleep'))).toEqual(['sleep 1']);
});

test('does not wait or send requests without a wait time', async () => {
  const { watching, log } = watch(0, { m: ['running'] });
  expect(idsIn(await watching.wait(itemsOf('m')))).toEqual({ running: ['m'], ended: [] });
  expect(log).toEqual([]);
});
