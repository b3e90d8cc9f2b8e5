import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace } from '../../support/process/run-place.ts';
import { expectDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { bodiesSent, startEmpty } from '../scene.ts';

const library = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `m${index}`, name: 'x' }));
const NIGHT = ['create', '--all', '--fetch', '--only-new', '-D', 'out', '--title', 'T'];

describe('create --only-new with a query', () => {
  test('selects only new media, without a limit on their number', async () => {
    const media = library(1_001);
    const api = await startEmpty({ media });
    const place = makePlace();
    const first = await runCommand([...NIGHT, '--json'], { api, place });
    expect(first.exitCode).toBe(0);
    expectDocument('create', first.json);
    media.push({ id: 'new', name: 'x' });
    const second = await runCommand([...NIGHT, '--title', 'U'], { api, place });
    expect(second.exitCode).toBe(0);
    expect(bodiesSent(api).at(-1)).toEqual({ title: 'U', selectedMediaIds: ['new'] });
    const third = await runCommand(NIGHT, { api, place });
    expect(third).toMatchObject({ exitCode: 0, stdout: '' });
    expect(third.stderr).toMatch(/Nothing new \(1,00\d recorded\)\.\n$/);
    expect(bodiesSent(api)).toHaveLength(2);
  });

  test('a query without matches succeeds', async () => {
    const api = await startEmpty({ media: [] });
    const run = await runCommand([...NIGHT, '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { items: [], count: 0, results: [] } });
    expectDocument('create', run.json);
  });

  test('succeeds for media without transcripts yet', async () => {
    const lists: Record<string, { id: string; languageCode: string }[]> = {};
    const api = await startEmpty({ media: library(2), transcripts: lists });
    const place = makePlace();
    const line = [...NIGHT, '--transcripts', 'srt', '--transcripts-only'];
    expect(await runCommand(line, { api, place })).toMatchObject({ exitCode: 0, stdout: '' });
    lists['m1'] = [{ id: 't1', languageCode: 'de' }];
    expect((await runCommand(line, { api, place })).exitCode).toBe(0);
    expect(bodiesSent(api)).toEqual([{ title: 'T', selectedTranscripts: [{ id: 't1', format: 'srt' }] }]);
  });

  test('--split splits the new media, and records each media item with its package', async () => {
    const media = library(3);
    const api = await startEmpty({ media });
    const place = makePlace();
    const record = () =>
      readFileSync(join(place.cwd, 'out/record.ndjson'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line): { kind: string; mediaId: string | null; packageId: string | null } => JSON.parse(line));
    const line = [...NIGHT, '--split', '2'];
    expect((await runCommand(line, { api, place })).exitCode).toBe(0);
    const recorded = record().filter(({ kind }) => kind === 'media');
    expect(recorded.map(({ mediaId }) => String(mediaId)).toSorted()).toEqual(['m0', 'm1', 'm2']);
    const packageOf = (id: string) => recorded.find(({ mediaId }) => mediaId === id)?.packageId;
    expect(packageOf('m0')).toBe(packageOf('m1'));
    expect(packageOf('m2')).not.toBe(packageOf('m0'));
    media.unshift({ id: 'a', name: 'x' }, { id: 'b', name: 'x' }, { id: 'c', name: 'x' });
    const again = await runCommand([...line, '--title', 'U'], { api, place });
    expect(again.exitCode).toBe(0);
    expect(bodiesSent(api).slice(2)).toEqual([
      { title: 'U (1/2)', selectedMediaIds: ['a', 'b'] },
      { title: 'U (2/2)', selectedMediaIds: ['c'] },
    ]);
  });
});

describe('a record shared by create --fetch and transcripts', () => {
  const transcripts = { m0: [{ id: 't0', languageCode: 'de' }] };
  const inPackage = [...NIGHT, '--transcripts', 'srt', '--transcripts-only'];
  const directly = ['transcripts', '--all', '--only-new', '-D', 'out'];

  test('transcripts skips what a package contained, except without speakers or in another format', async () => {
    const api = await startEmpty({ media: library(1), transcripts });
    const place = makePlace();
    expect((await runCommand(inPackage, { api, place })).exitCode).toBe(0);
    const same = await runCommand([...directly, '--as', 'srt'], { api, place });
    expect(same).toMatchObject({ exitCode: 0, stdout: '' });
    expect(same.stderr).toContain('Nothing new');
    const others = [['--no-speakers'], ['--as', 'txt']];
    for (const flags of others) {
      expect((await runCommand([...directly, ...flags], { api, place })).stdout).toContain('x-t0.de');
    }
  });

  test('create skips transcripts that were downloaded directly, except those without speakers', async () => {
    const api = await startEmpty({ media: library(1), transcripts });
    const place = makePlace();
    await runCommand([...directly, '--no-speakers'], { api, place });
    await runCommand([...directly, '--name', '{id}-speakers'], { api, place });
    expect(await runCommand(inPackage, { api, place })).toMatchObject({ exitCode: 0, stdout: '' });
    expect(bodiesSent(api)).toEqual([]);
    const bare = makePlace();
    await runCommand([...directly, '--no-speakers'], { api, place: bare });
    await runCommand(inPackage, { api, place: bare });
    expect(bodiesSent(api)).toHaveLength(1);
  });
});
