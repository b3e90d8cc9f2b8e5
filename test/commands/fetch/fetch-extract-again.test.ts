import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import type { ApiServer } from '../../support/api/api-server.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { bytesFor, rangeFor, type ServedObject } from '../../support/faults/served-object.ts';
import { type BinaryResult, runBinary, startBinary } from '../../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import { filesIn, start } from './fetch-scene.ts';

const MIB = 2 ** 20;
const CONNECTIONS = 4;
const ARGS = ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--connections', String(CONNECTIONS), '--json'];
const film = serveFilm(1);
const newFilm = serveFilm(2);

function serveFilm(seed: number): ServedObject {
  const content = Buffer.alloc(65 * MIB, pseudoRandomBytes(MIB, seed));
  return serveArchive([{ name: 'film.mp4', content }]);
}

/** Of each piece of 8 MiB come two blocks and a half, then nothing. */
function serveHaltingly(api: ApiServer, object: ServedObject): void {
  api.script('GET /v2/downloads/file/{id}', async (request, reply) => {
    const { start, end } = bytesFor(request.headers, object);
    const isPiece = rangeFor(request.headers, object).status === 206 && end - start === 8 * MIB;
    await reply.file(object, isPiece ? { cutAtByte: start + 2.5 * MIB, cutBy: 'stall' } : {});
  });
}

function blocksIn({ cwd }: RunPlace): number {
  const journal = listTree(cwd).find(({ path }) => path.endsWith('.part.done'))?.path;
  return journal === undefined ? 0 : readFileSync(join(cwd, journal), 'utf8').split('\n').length - 1;
}

function transferredBytes({ json }: BinaryResult): number {
  const { results } = json as { results: { transferredBytes: number }[] };
  return results.reduce((sum, result) => sum + result.transferredBytes, 0);
}

/** Ends an unpacking in the middle of every piece. */
async function endBy(signal: NodeJS.Signals): Promise<{ api: ApiServer; place: RunPlace }> {
  const api = await start({ files: { one: film } });
  serveHaltingly(api, film);
  const place = makePlace();
  const run = startBinary(ARGS, { api, place });
  while (blocksIn(place) < 2 * CONNECTIONS) await delay(20);
  run.kill(signal);
  expect(await run.result).toMatchObject({ exitCode: signal === 'SIGINT' ? 130 : 137 });
  expect(filesIn(place.cwd)).not.toContain('out/film.mp4');
  api.script('GET /v2/downloads/file/{id}', 'default');
  return { api, place };
}

describe('case 110: fetch -x, ended in the middle of a large entry,', () => {
  test.each(['SIGINT', 'SIGKILL'] as const)('by %s, goes on', async (signal) => {
    const { api, place } = await endBy(signal);
    const run = await runBinary(ARGS, { api, place });
    expect(run.exitCode).toBe(0);
    expect(transferredBytes(run)).toBeLessThan(film.bytes.length - 2 * CONNECTIONS * MIB + MIB);
    expect(listTree(place.cwd).map(({ path }) => path)).toEqual(['out', 'out/film.mp4']);
  });

  test('begins anew with --no-resume', async () => {
    const { api, place } = await endBy('SIGKILL');
    const run = await runBinary([...ARGS, '--no-resume'], { api, place });
    expect(run.exitCode).toBe(0);
    expect(transferredBytes(run)).toBeGreaterThanOrEqual(film.bytes.length);
    expect(listTree(place.cwd).map(({ path }) => path)).toEqual(['out', 'out/film.mp4']);
  });

  test('leaves nothing but the files when the archive is another one afterwards', async () => {
    const { api, place } = await endBy('SIGKILL');
    api.script('GET /v2/downloads/file/{id}', (_request, reply) => reply.file(newFilm));
    const run = await runBinary(ARGS, { api, place });
    expect(run.exitCode).toBe(0);
    expect(listTree(place.cwd).map(({ path }) => path)).toEqual(['out', 'out/film.mp4']);
  });
});
