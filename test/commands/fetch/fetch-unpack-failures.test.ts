import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { type EntrySpec, extraField } from '../../support/zip-maker.ts';
import { runCommand } from '../run-command.ts';
import { filesIn, start } from './fetch-scene.ts';

const WAYS = [
  ['unpacked remotely', []],
  ['selected', ['--include', '*']],
  ['downloaded first', ['--keep-archive']],
] as const;
const CONTENT = 'Guten Tag. '.repeat(500);
/** An extra field of seven bytes that a program may write to a local header. */
const FIELD = extraField(0x9999, Buffer.alloc(3));

/** Files of the same size, with changes to some of them. */
function entries(count: number, changes: Readonly<Record<number, Partial<EntrySpec>>>): EntrySpec[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${String(index).padStart(3, '0')}.txt`,
    content: CONTENT,
    ...changes[index],
  }));
}

/** The first half of the entries has a field of seven bytes in the local header, the second half seven stray bytes. */
function disguised(count: number): EntrySpec[] {
  return entries(count, {}).map((entry, index) =>
    index < count / 2
      ? { ...entry, local: { extra: FIELD } }
      : { ...entry, ...(index > count / 2 ? { gapBefore: Buffer.alloc(7, 0x20) } : {}) },
  );
}

const CASES: readonly (readonly [
  what: string,
  make: () => readonly EntrySpec[],
  exitCode: number,
  files: number,
])[] = [
  [
    'a wrong checksum in the second of three',
    () => entries(3, { 1: { central: { crc: 1 }, local: { crc: 1 } } }),
    10,
    1,
  ],
  [
    'bytes after the end of compressed data',
    () => entries(3, { 1: { method: 8, content: '', data: Buffer.from('0300414243', 'hex') } }),
    10,
    1,
  ],
  [
    'a descriptor that is too long',
    () => entries(3, { 1: { descriptor: 'signed32' }, 2: { gapBefore: Buffer.alloc(3) } }),
    10,
    1,
  ],
  ['another local name in the third entry', () => entries(3, { 2: { local: { name: 'b02.txt' } } }), 12, 2],
  ['stray bytes between two of 145', () => entries(146, { 145: { gapBefore: Buffer.alloc(3) } }), 12, 0],
  ['stray bytes after the first of two', () => entries(2, { 1: { gapBefore: Buffer.alloc(3) } }), 12, 0],
  ['stray bytes that offset extra fields', () => disguised(40), 12, 20],
];

function writtenPaths(json: unknown): readonly string[] {
  return (json as { results: { paths: string[] }[] }).results.flatMap(({ paths }) => paths);
}

describe('reports which files of a broken archive are kept', () => {
  test.each(
    CASES.flatMap(([what, make, exitCode, files]) =>
      WAYS.map(([way, flags]) => ({ what, make, exitCode, files, way, flags })),
    ),
  )('$what, $way', async ({ make, exitCode, files, way, flags }) => {
    const api = await start({ files: { one: serveArchive(make()) } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', '-D', 'out', '--json', ...flags], { api });
    expect(run.exitCode).toBe(exitCode);
    const there = filesIn(run.cwd).filter((path) => path.endsWith('.txt'));
    // A downloaded archive is verified as a whole before it is unpacked.
    expect(there).toHaveLength(way === 'downloaded first' ? 0 : files);
    expect(writtenPaths(run.json)).toEqual(there.map((path) => join(run.cwd, path)));
    const said = /; (\d+) complete files? kept in (.*)/.exec(run.stderr);
    expect(Number(said?.[1] ?? 0)).toBe(there.length);
    expect(said?.[2] ?? join(run.cwd, 'out')).toBe(join(run.cwd, 'out'));
    expect(run.stderr.includes('complete files are kept')).toBe(
      exitCode === 10 && way !== 'downloaded first',
    );
  });

  test('by the built program', async () => {
    const api = await start({ files: { one: serveArchive(disguised(40)) } });
    const run = await runBinary(['fetch', PACKAGE_ID, '-x', '-D', 'out'], { api });
    expect(run).toMatchObject({ exitCode: 12, stdout: '' });
    expect(filesIn(run.cwd)).toHaveLength(20);
    expect(run.stderr).toContain('20 complete files kept in');
  });

  test('includes an earlier file of the same package', async () => {
    const api = await start({
      files: {
        one: serveArchive(entries(1, {})),
        two: serveArchive(entries(1, { 0: { central: { crc: 1 }, local: { crc: 1 } } })),
      },
      packages: [{ files: ['one', 'two'] }],
    });
    const run = await runCommand(['fetch', PACKAGE_ID, '--json'], { api });
    expect(run.exitCode).toBe(10);
    const [archive, ...others] = filesIn(run.cwd).filter((path) => path.endsWith('.zip'));
    expect(others).toEqual([]);
    expect(run.stderr).not.toContain('complete file');
    expect(writtenPaths(run.json)).toEqual([join(run.cwd, archive ?? '')]);
  });
});
