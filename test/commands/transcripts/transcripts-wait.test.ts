import { describe, expect, test } from 'vitest';
import { FAULTS } from '../../../src/sandbox/faults/fault-table.ts';
import { parseFault } from '../../../src/sandbox/faults/faults.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import { afterThisTest } from '../../support/after-this-test.ts';
import type { Answer } from '../../support/api/api-script.ts';
import { startApi } from '../../support/api/api-server.ts';
import { expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';

const media = [
  { id: 'm1', name: 'Talk' },
  { id: 'm2', name: 'Late' },
];
const transcripts = {
  m1: [{ id: 't1', languageCode: 'de' }],
  m2: [{ id: 't2', languageCode: 'de' }],
};

/** The metadata of m1 has the first status, that of m2 the other ones in turn, then always the last one. */
function statuses(first: unknown, ...words: readonly unknown[]): Answer {
  let count = 0;
  return (request, reply) => {
    const isFirst = request.target.includes('/m1/');
    const word = isFirst ? first : words[Math.min(count++, words.length - 1)];
    return reply.json(200, { status: 'success', data: word === undefined ? {} : { status: word } });
  };
}

const METADATA = 'GET /v2/media/{id}/metadata';
const LIST = 'GET /v2/media/{id}/metadata/transcripts';

describe('--wait-transcripts', () => {
  test('waits until a running transcription ends, but downloads the others at once', async () => {
    const api = await startApi({
      media,
      transcripts,
      script: { [METADATA]: statuses('finished', 'running', 'Processing', 'DONE') },
    });
    const run = await runCommand(['transcripts', '--all', '--wait-transcripts', '10m'], { api });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/talk-t1\.de\.srt\n.*late-t2\.de\.srt\n$/);
    expect(api.requestsOf(METADATA)).toHaveLength(4);
    const order = api.requests.map(({ path }) => path);
    const firstList = order.indexOf('/v2/media/m1/metadata/transcripts');
    expect(firstList).toBeLessThan(order.lastIndexOf('/v2/media/m2/metadata'));
    // Its transcripts may be incomplete until then.
    expect(order.indexOf('/v2/media/m2/metadata/transcripts')).toBeGreaterThan(
      order.lastIndexOf('/v2/media/m2/metadata'),
    );
  });

  test('saves the rest at the timeout, exits with 8, and names the media item', async () => {
    const api = await startApi({
      media,
      transcripts,
      script: { [METADATA]: statuses('finished', 'running') },
    });
    const line = ['transcripts', '--all', '--wait-transcripts', '20s'];
    const run = await runCommand(line, { api });
    expect(run.exitCode).toBe(8);
    expect(run.stdout).toMatch(/talk-t1\.de\.srt\n$/);
    expect(run.stderr).toContain('error: still being transcribed: m2\nhint: ');
    const json = await runCommand([...line, '--json'], { api });
    expect(json.json).toMatchObject({
      counts: { waiting: 1 },
      results: [
        { mediaId: 'm1', outcome: 'downloaded' },
        { mediaId: 'm2', transcriptId: null, outcome: 'waiting' },
      ],
      error: { code: 'NOT_READY', retryable: true },
    });
    expectFailureDocument('transcripts', json.json);
  });

  test('lists ten unfinished media items, and counts the others', async () => {
    for (const count of [10, 11]) {
      const many = Array.from({ length: count }, (_, index) => ({ id: `x${index}`, name: 'Talk' }));
      const api = await startApi({ media: many, script: { [METADATA]: statuses('running', 'running') } });
      const run = await runCommand(['transcripts', '--all', '--wait-transcripts', '0', '--json'], { api });
      const named = many.slice(0, 10).map(({ id }) => id);
      expect(run.exitCode).toBe(8);
      expect(run.stderr).toContain(
        `error: still being transcribed: ${named.join(', ')}${count === 10 ? '' : ' and 1 more'}\n`,
      );
      expect(run.json).toMatchObject({ counts: { waiting: count } });
    }
  });

  test('lists unfinished media items even after a failure', async () => {
    const api = await startApi({
      media,
      transcripts,
      script: { [METADATA]: statuses('finished', 'running'), [LIST]: 403 },
    });
    const run = await runCommand(['transcripts', '--all', '--wait-transcripts', '0', '--json'], { api });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('error: still being transcribed: m2\n');
    expect(run.json).toMatchObject({
      results: [
        { mediaId: 'm1', outcome: 'failed' },
        { mediaId: 'm2', outcome: 'waiting' },
      ],
    });
  });

  test.each([
    [['-o', 'one.srt'], '2 transcripts match, but -o accepts one'],
    [['-o', '-'], '2 transcripts match, but -o accepts one'],
    [['--name', 'same'], '--name needs {id} or {id8}: 2 files would be same.srt'],
  ])('with %j, waits for all media items before the first download', async (flags, says) => {
    const api = await startApi({
      media,
      transcripts,
      script: { [METADATA]: statuses('finished', 'running', 'finished') },
    });
    const run = await runCommand(['transcripts', '--all', '--wait-transcripts', '10m', ...flags], { api });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(says);
    expect(api.requestsOf('GET /v2/media/{id}/metadata/transcripts/{id}/download')).toEqual([]);
  });

  test('0 checks once', async () => {
    const api = await startApi({ media, transcripts, script: { [METADATA]: statuses('x', 'running') } });
    const run = await runCommand(['transcripts', 'm2', '--wait-transcripts', '0'], { api });
    expect(run).toMatchObject({ exitCode: 8, stdout: '' });
    expect(api.requestsOf(METADATA)).toHaveLength(1);
    expect(api.requestsOf(LIST)).toHaveLength(0);
  });

  test('treats an unknown status as finished, with one warning', async () => {
    const api = await startApi({ media, transcripts, script: { [METADATA]: statuses('odd', 'odd') } });
    const run = await runCommand(['transcripts', '--all', '--wait-transcripts', '10m'], { api });
    expect(run.exitCode).toBe(0);
    expect(run.stderr.match(/unknown transcription status odd/g)).toHaveLength(1);
  });

  test('exits with 7 if no media item has a transcription status', async () => {
    const api = await startApi({ media, transcripts, script: { [METADATA]: 404 } });
    const run = await runCommand(['transcripts', '--all', '--wait-transcripts', '10m'], { api });
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toContain('no media item has a transcription status');
  });

  test('keeps waiting after failed status requests', async () => {
    let count = 0;
    const api = await startApi({
      media,
      transcripts,
      script: {
        [METADATA]: (request, reply) => {
          if (request.target.includes('/m1/')) return reply.json(200, { data: { status: 'finished' } });
          count += 1;
          if (count === 1) return reply.json(200, { data: { status: 'running' } });
          return count < 4
            ? reply.json(503, { status: 'error' })
            : reply.json(200, { data: { status: 'finished' } });
        },
      },
    });
    const line = ['transcripts', '--all', '--wait-transcripts', '30m', '--retries', '0'];
    expect(await runCommand(line, { api })).toMatchObject({ exitCode: 0 });
    expect(count).toBeGreaterThanOrEqual(4);
  });

  test('sends no status requests without the flag', async () => {
    const api = await startApi({ media, transcripts });
    await runCommand(['transcripts', '--all'], { api });
    expect(api.requestsOf(METADATA)).toHaveLength(0);
  });
});

describe('with the sandbox', () => {
  const openSandbox = async (fault: keyof typeof FAULTS, ms: number) => {
    const faults = [parseFault(`${fault}=${ms}ms`)];
    const sandbox = await startSandbox({ port: 0, prepareMs: 0, faults });
    afterThisTest(() => sandbox.close());
    const env = { STREAMDIVER_API_URL: sandbox.apiUrl, STREAMDIVER_SSO_URL: sandbox.ssoUrl };
    return { token: sandbox.token, env };
  };

  test('waits for running transcriptions and downloads their transcripts', async () => {
    const options = await openSandbox('transcribing', 1_500);
    const now = await runCommand(['transcripts', '--all'], options);
    expect(now).toMatchObject({ exitCode: 0, stdout: '' });
    const run = await runCommand(['transcripts', '--all', '--wait-transcripts', '10m'], options);
    expect(run.exitCode).toBe(0);
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(9);
  });
});
