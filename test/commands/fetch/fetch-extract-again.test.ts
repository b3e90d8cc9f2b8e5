import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import type { ApiServer } from '../../support/api/api-server.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { rangeFor, type ServedObject } from '../../support/faults/served-object.ts';
import { type BinaryResult, runBinary, startBinary } from '../../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import { filesIn, start } from './fetch-scene.ts';

const MIB = 2 ** 20;
const CONNECTIONS = 4;
/** Half of what arrives before everything stalls, because the journal may not list the last bytes yet. */
const NOTED_BYTES = 5 * MIB;
const ARGS = ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--connections', String(CONNECTIONS), '--json'];
const film = serveFilm(1);
const newFilm = serveFilm(2);

function serveFilm(seed: number): ServedObject {
  const content = Buffer.alloc(65 * MIB, pseudoRandomBytes(MIB, seed));
  return serveArchive([{ name: 'film.mp4', content }]);
}

/** Sends 2.5 MiB of each large range, then stalls. */
function serveHaltingly(api: ApiServer, object: ServedObject): void {
  api.script('GET /v2/downloads/file/{id}', async (request, reply) => {
    const range = rangeFor(request.headers, object);
    const isLarge = range.status === 206 && range.end - range.start > MIB;
    await reply.file(object, isLarge ? { cutAtByte: range.start + 2.5 * MIB, cutBy: 'stall' } : {});
  });
}

/** The bytes that the journal of the part lists so far. */
function notedBytes({ cwd }: RunPlace): number {
  const journal = listTree(cwd).find(({ path }) => path.endsWith('.part.json'))?.path;
  const lines = journal === undefined ? [] : readFileSync(join(cwd, journal), 'utf8').trim().split('\n');
  const ranges: [number, number][] = lines.length > 1 ? JSON.parse(lines.at(-1) ?? '') : [];
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}

function transferredBytes({ json }: BinaryResult): number {
  const { results } = json as { results: { transferredBytes: number }[] };
  return results.reduce((sum, result) => sum + result.transferredBytes, 0);
}

/** Kills a run that unpacks in the middle of every response. */
async function endBy(signal: NodeJS.Signals): Promise<{ api: ApiServer; place: RunPlace }> {
  const api = await start({ files: { one: film } });
  serveHaltingly(api, film);
  const place = makePlace();
  const run = startBinary(ARGS, { api, place });
  while (notedBytes(place) < NOTED_BYTES) await delay(20);
  run.kill(signal);
  expect(await run.result).toMatchObject({ exitCode: signal === 'SIGINT' ? 130 : 137 });
  expect(filesIn(place.cwd)).not.toContain('out/film.mp4');
  api.script('GET /v2/downloads/file/{id}', 'default');
  return { api, place };
}

describe('case 110: fetch -x, interrupted in the middle of a large entry,', () => {
  test.each(['SIGINT', 'SIGKILL'] as const)('by %s, resumes', async (signal) => {
    const { api, place } = await endBy(signal);
    const run = await runBinary(ARGS, { api, place });
    expect(run.exitCode).toBe(0);
    expect(transferredBytes(run)).toBeLessThan(film.bytes.length - NOTED_BYTES + MIB);
    expect(listTree(place.cwd).map(({ path }) => path)).toEqual(['out', 'out/film.mp4']);
  });

  test('restarts with --no-resume', async () => {
    const { api, place } = await endBy('SIGKILL');
    const run = await runBinary([...ARGS, '--no-resume'], { api, place });
    expect(run.exitCode).toBe(0);
    expect(transferredBytes(run)).toBeGreaterThanOrEqual(film.bytes.length);
    expect(listTree(place.cwd).map(({ path }) => path)).toEqual(['out', 'out/film.mp4']);
  });

  test('leaves only the files when the archive has changed', async () => {
    const { api, place } = await endBy('SIGKILL');
    api.script('GET /v2/downloads/file/{id}', (_request, reply) => reply.file(newFilm));
    const run = await runBinary(ARGS, { api, place });
    expect(run.exitCode).toBe(0);
    expect(listTree(place.cwd).map(({ path }) => path)).toEqual(['out', 'out/film.mp4']);
  });
});
