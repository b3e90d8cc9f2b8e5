import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { inCrowdsOf } from '../../support/crowd.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { runCommand } from '../run-command.ts';

const FILE_ROUTE = 'GET /v2/downloads/file/{id}';
/** Large enough that the entries around it do not share a request. */
const FILM = pseudoRandomBytes(100_000, 4);
const object = serveArchive(
  Array.from({ length: 20 }, (_, index) => [
    { name: `${index}.srt`, content: `text ${index}` },
    { name: `${index}.mp4`, content: FILM },
  ]).flat(),
);
const PACKAGES = [
  { id: 'a', files: ['one'] },
  { id: 'b', files: ['one'] },
];

describe('entries read from a remote archive', () => {
  test.each([
    [['a'], [], 8],
    [['a'], ['--connections', '1'], 1],
    [['a'], ['--connections', '3'], 3],
    [['a'], ['--connections', '12'], 12],
    [['a', 'b'], ['--connections', '3', '-j', '2'], 3],
  ])('%j with %j: %i requests at once', async (ids, flags, expected) => {
    const crowd = inCrowdsOf(expected, (_request, reply) => reply.file(object));
    const api = await startApi({
      files: { one: object },
      packages: PACKAGES,
      script: { [FILE_ROUTE]: crowd.handler },
    });
    const run = await runCommand(['fetch', ...ids, '--include', '*.srt', ...flags], { api });
    expect(run.exitCode).toBe(0);
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(20 * ids.length);
    expect(crowd.most()).toBe(expected);
  });

  test.runIf(process.platform === 'linux')('case 123: holds a directory in memory only once', async () => {
    const comment = Buffer.alloc(65_000, 'x');
    const long = serveArchive(
      Array.from({ length: 2_000 }, (_, index) => ({ name: `${index}.srt`, central: { comment } })),
    );
    const api = await startApi({ files: { one: long }, packages: PACKAGES });
    const place = makePlace();
    const report = join(place.temp, 'status');
    const tell = `import { readFileSync, writeFileSync } from 'node:fs';
      setInterval(gc, 10).unref();
      process.on('exit', () => writeFileSync(${JSON.stringify(report)}, readFileSync('/proc/self/status')));`;
    const run = await runBinary(['contents', 'a', '--include', '7.srt'], {
      api,
      place,
      nodeFlags: ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(tell)}`],
    });
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^7\.srt\t/) });
    const [, mostKib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(report, 'utf8')) ?? [];
    const mostBytes = Number(mostKib) * 1024;
    expect(mostBytes).toBeGreaterThan(long.bytes.length);
    expect(mostBytes).toBeLessThan(2 * long.bytes.length);
  });

  test('packages share --limit-rate', async () => {
    const film = serveArchive([{ name: 'film.mp4', content: pseudoRandomBytes(200_000, 5) }]);
    const api = await startApi({ files: { one: film }, packages: PACKAGES });
    const run = await runCommand(['fetch', 'a', 'b', '-x', '--limit-rate', '20000', '-j', '2', '--json'], {
      api,
    });
    expect(run.exitCode).toBe(0);
    const { results } = run.json as { results: { durationMs: number; transferredBytes: number }[] };
    const transferredBytes = results.reduce((sum, result) => sum + result.transferredBytes, 0);
    expect(transferredBytes).toBeGreaterThanOrEqual(400_000);
    // The program does not wait after the last pieces.
    expect(Math.max(...results.map(({ durationMs }) => durationMs))).toBeGreaterThan(15_000);
  });
});
