import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { type BinaryResult, runBinary } from '../../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import type { EntrySpec } from '../../support/zip-maker.ts';

const MIB = 2 ** 20;
const FILE = 'GET /v2/downloads/file/{id}';
const ARGS = ['fetch', PACKAGE_ID, '-x', '-D', 'out'];
const MANY: readonly EntrySpec[] = [
  ...Array.from({ length: 300 }, (_, index) => ({ name: `${index}.srt`, content: `subtitle ${index}` })),
  { name: 'clip.bin', content: pseudoRandomBytes(3 * MIB, 'clip') },
];
/** Large enough to be fetched in several pieces in parallel. */
const LARGE: readonly EntrySpec[] = [{ name: 'film.mp4', content: Buffer.alloc(65 * MIB, 'film') }];

test.each([
  ['with the same flags', [[], [], []]],
  ['one with --overwrite', [[], [], ['--overwrite']]],
])(
  'case 125: processes that unpack the same package into the same folder all succeed, %s',
  async (_how, all) => {
    const api = await startApi({ files: { one: serveArchive(MANY) } });
    const place = makePlace();
    const runs = await Promise.all(all.map((flags) => runBinary([...ARGS, ...flags], { api, place })));
    expect(runs.map(({ exitCode, stderr }) => (exitCode === 0 ? 0 : stderr))).toEqual([0, 0, 0]);
    expectExactly(place, MANY);
  },
);

test.each([
  ['many files', MANY, [], []],
  ['a large file', LARGE, [], []],
  ['with --overwrite', MANY, ['--overwrite'], []],
  ['while the other one has --overwrite', MANY, [], ['--overwrite']],
])(
  'case 125: accepts files that another process has unpacked in the meantime: %s',
  async (_what, entries, flags, itsFlags) => {
    const { run, place } = await unpackLate(entries, flags, async (runAnother) => {
      expect(await runAnother(itsFlags)).toMatchObject({ exitCode: 0 });
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expectExactly(place, entries);
  },
);

test('case 125: keeps a file that appears with the size but not the content of its entry', async () => {
  const { run, place } = await unpackLate(MANY, [], async (_runAnother, { cwd }) => {
    writeFileSync(join(cwd, 'out/0.srt'), 'precious 0');
  });
  expect(run.exitCode).toBe(13);
  expect(run.stderr).toContain('not replaced, because the content differs');
  expect(readFileSync(join(place.cwd, 'out/0.srt'), 'utf8')).toBe('precious 0');
  expect(listTree(join(place.cwd, 'out')).filter(({ path }) => path.startsWith('.'))).toEqual([]);
});

/** Starts a run that receives its entries only after `meanwhile` has ended. */
async function unpackLate(
  entries: readonly EntrySpec[],
  flags: readonly string[],
  meanwhile: (
    runAnother: (flags: readonly string[]) => Promise<BinaryResult>,
    place: RunPlace,
  ) => Promise<void>,
): Promise<{ run: BinaryResult; place: RunPlace }> {
  const object = serveArchive(entries);
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const runOne = (more: readonly string[]) => runBinary([...ARGS, ...more], { api, place });
  const happened: Promise<void>[] = [];
  api.script(FILE, async (request, reply) => {
    const isDirectory = request.headers.get('range')?.startsWith('bytes=-') === true;
    if (!isDirectory) {
      api.script(FILE, (_request, another) => another.file(object));
      happened.push(meanwhile(runOne, place));
    }
    await Promise.all(happened);
    return reply.file(object);
  });
  const run = await runOne(flags);
  await Promise.all(happened);
  expect(happened).toHaveLength(1);
  return { run, place };
}

function expectExactly({ cwd }: RunPlace, entries: readonly EntrySpec[]): void {
  const out = join(cwd, 'out');
  const names = entries.map(({ name }) => String(name));
  expect(listTree(out).map(({ path }) => path)).toEqual(names.toSorted());
  const wrong = entries.filter(
    ({ name, content = '' }) => !readFileSync(join(out, String(name))).equals(Buffer.from(content)),
  );
  expect(wrong.map(({ name }) => name)).toEqual([]);
}
