import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { makePlainObject } from '../../support/faults/served-object.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';

const MIB = 1_048_576;
const NAME = 'object.mp4';

/** One system call: base names of paths, and the start of the written data. */
interface Call {
  readonly kind: 'write' | 'sync' | 'rename';
  readonly path: string;
  /** The new name of a renamed or linked file. */
  readonly to: string;
  readonly text: string;
}

async function traceFetch(sizeBytes: number, ...flags: readonly string[]): Promise<readonly Call[]> {
  const api = await startApi({ files: { one: makePlainObject(sizeBytes) } });
  return await traceRun(['fetch', PACKAGE_ID, '-o', NAME, '--limit-rate', '20M', ...flags], api, makePlace());
}

/** All calls that matter after a power cut, in order. */
async function traceRun(args: readonly string[], api: ApiServer, place: RunPlace): Promise<readonly Call[]> {
  const log = join(place.temp, 'calls');
  const calls = 'trace=write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,link,linkat';
  const wrapper = ['strace', '-f', '--seccomp-bpf', '-qq', '-y', '-s', '2000', '-o', log, '-e', calls];
  const run = await runBinary(args, {
    api,
    place,
    wrapper,
    deadlineMs: 60_000,
    mayHoldSecret: (path) => path === log,
  });
  expect(run.exitCode).toBe(0);
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => parseCall(line, place.cwd));
}

/** Parses a line of strace. A call that another thread interrupts is listed where it started. */
function parseCall(line: string, folder: string): Call[] {
  const [, name = '', rest = ''] = /^\d+ +(\w+)\((.*)/.exec(line) ?? [];
  const byDescriptor = /^\d+<([^>]*)>(.*)/.exec(rest);
  if (name.endsWith('sync') || /^p?writev?(64)?$/.test(name)) {
    const [, path = '', text = ''] = byDescriptor ?? [];
    if (path !== folder && !path.startsWith(`${folder}/`)) return [];
    const kind = name.endsWith('sync') ? 'sync' : 'write';
    return [{ kind, path: path === folder ? '.' : basename(path), to: '', text }];
  }
  const [from, to] = Array.from(rest.matchAll(/"([^"]*)"/g), ([, path = '']) => basename(path));
  return from === undefined || to === undefined ? [] : [{ kind: 'rename', path: from, to, text: '' }];
}

function indexOfLast(calls: readonly Call[], before: number, kind: Call['kind'], path: string): number {
  return calls.slice(0, before).findLastIndex((call) => call.kind === kind && call.path === path);
}

describe.skipIf(spawnSync('strace', ['-V']).status !== 0)(
  'what survives a power cut',
  { timeout: 90_000 },
  () => {
    test('case 74: syncs each journal, and the bytes that it lists, before it gets its name', async () => {
      const calls = await traceFetch(20 * MIB);
      const named = calls.flatMap((call, index) =>
        call.kind === 'rename' && call.to === `${NAME}.part.json` ? [{ index, aside: call.path }] : [],
      );
      expect(named.length).toBeGreaterThan(2);
      let vouchedFor = '[]';
      let vouchedAt = 0;
      for (const { index, aside } of named) {
        const writtenAt = indexOfLast(calls, index, 'write', aside);
        expect(writtenAt).toBeGreaterThanOrEqual(0);
        expect(indexOfLast(calls, index, 'sync', aside)).toBeGreaterThan(writtenAt);
        const [, synced = ''] = /\\"synced\\":(\[.*?\]),\\"written/.exec(calls[writtenAt]?.text ?? '') ?? [];
        const syncedAt = indexOfLast(calls, writtenAt, 'sync', `${NAME}.part`);
        const isProved = synced === vouchedFor || syncedAt > vouchedAt;
        expect(isProved, `the part was not synced before the journal listed ${synced}`).toBe(true);
        vouchedAt = syncedAt;
        vouchedFor = synced;
      }
      expect(vouchedFor).toBe(`[[0,${20 * MIB}]]`);
    });

    test.each([[[]], [['--overwrite']]])(
      'syncs the bytes before the file gets its name, then syncs the folder (%j)',
      async (flags) => {
        const calls = await traceFetch(100_000, ...flags);
        const namedAt = calls.findIndex(({ kind, to }) => kind === 'rename' && to === NAME);
        const writtenAt = calls.findLastIndex(
          ({ kind, path }) => kind === 'write' && path === `${NAME}.part`,
        );
        expect(calls[namedAt]?.path).toBe(`${NAME}.part`);
        expect(writtenAt).toBeGreaterThanOrEqual(0);
        expect(indexOfLast(calls, namedAt, 'sync', `${NAME}.part`)).toBeGreaterThan(writtenAt);
        const folderSyncedAt = calls.findLastIndex(({ kind, path }) => kind === 'sync' && path === '.');
        expect(folderSyncedAt).toBeGreaterThan(namedAt);
      },
    );

    test('syncs a transcript and its name before it writes the record line, then syncs the record', async () => {
      const file = 'talk-t1.de.srt';
      const api = await startApi({
        media: [{ id: 'm1', name: 'Talk' }],
        transcripts: { m1: [{ id: 't1', languageCode: 'de' }] },
      });
      const place = makePlace();
      const args = ['transcripts', 'm1', '--only-new'];
      const first = await traceRun(args, api, place);
      const namedAt = first.findIndex(({ kind, to }) => kind === 'rename' && to === file);
      expect(indexOfLast(first, namedAt, 'sync', first[namedAt]?.path ?? '')).toBeGreaterThanOrEqual(0);
      expectRecorded(first, namedAt);

      // An earlier run saved the file without recording it, so it may not be synced.
      rmSync(join(place.cwd, 'record.ndjson'));
      const again = await traceRun(args, api, place);
      expectRecorded(
        again,
        again.findIndex(({ kind, path }) => kind === 'sync' && path === file),
      );
    });

    function expectRecorded(calls: readonly Call[], readyAt: number): void {
      const isRecord = ({ path }: Call) => path === 'record.ndjson';
      const recordedAt = calls.findIndex((call) => call.kind === 'write' && isRecord(call));
      expect(readyAt).toBeGreaterThanOrEqual(0);
      const folderSyncedAt = indexOfLast(calls, recordedAt, 'sync', '.');
      expect(folderSyncedAt).toBeGreaterThan(readyAt);
      const recordSyncedAt = calls.findLastIndex((call) => call.kind === 'sync' && isRecord(call));
      expect(recordSyncedAt).toBeGreaterThan(recordedAt);
    }
  },
);
