import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { makeDocx } from '../../../src/sandbox/library/make-docx.ts';
import type { Answer } from '../../support/api/api-script.ts';
import { startApi } from '../../support/api/api-server.ts';
import { transcriptText } from '../../support/api/default-responses.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { startBinary } from '../../support/process/run-binary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';
import { expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';

const media = [{ id: 'm1', name: 'Talk' }];
const transcripts = { m1: [{ id: 't1', languageCode: 'de' }] };
const DOWNLOAD = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';
const LIST = 'GET /v2/media/{id}/metadata/transcripts';
const FORMATS = ['srt', 'txt', 'json', 'vtt', 'docx'] as const;

/** Downloads the only transcript, which gets this response. */
async function download(answer: Answer | readonly Answer[], ...flags: string[]) {
  return await downloadListed('default', answer, ...flags);
}

/** Also scripts the responses of the list of transcripts. */
async function downloadListed(
  list: Answer | readonly Answer[],
  answer: Answer | readonly Answer[],
  ...flags: string[]
) {
  const api = await startApi({ media, transcripts, script: { [LIST]: list, [DOWNLOAD]: answer } });
  const run = await runCommand(['transcripts', 'm1', ...flags], { api });
  return { run, requests: api.requestsOf(DOWNLOAD).length, files: readdirSync(run.cwd) };
}

const docx = () => makeDocx([{ startMs: 0, endMs: 1, text: 'x' }], { languageCode: 'de' });
const bytes =
  (body: Uint8Array | string): Answer =>
  (_request, reply) =>
    reply.send(200, {}, body);

describe('never saves anything that is not a transcript', () => {
  const PAGE = '<!DOCTYPE html><html><title>Sign in</title></html>';
  const WRONG: readonly (readonly [string, string])[] = [
    ['a web page', PAGE],
    ['a web page after a byte-order mark', `\uFEFF\n${PAGE}`],
    ['XHTML', `<?xml version="1.0"?>\n${PAGE}`],
    ['a JSend failure', '{"status":"fail","data":{"id":"wrong"}}'],
    ['a JSend error', '{"status":"error","message":"database"}'],
    ['a problem document', '{"type":"about:blank","title":"Gone","status":410}'],
  ];
  test.each(FORMATS.flatMap((format) => WRONG.map(([what, body]) => [format, what, body] as const)))(
    'as %s: %s',
    async (format, _what, body) => {
      const { run, files } = await download(bytes(body), '--as', format);
      expect(run).toMatchObject({ exitCode: 7, stdout: '' });
      expect(run.stderr).toMatch(
        /^error: the service sent (a web page|an error) instead of a transcript as /,
      );
      expect(files).toEqual([]);
    },
  );

  test.each([
    ['srt', 'JSON', '{"cues":[]}'],
    ['vtt', 'JSON', '[{"a":1}]'],
    ['txt', 'JSON', ' {"cues":[]}'],
    ['docx', 'JSON', '{"cues":[]}'],
    ['srt', 'no SubRip', 'Good morning.\n'],
    ['vtt', 'no WebVTT', '1\n00:00:00,000 --> 00:00:01,000\nx\n'],
    ['vtt', 'no WebVTT', 'WEBVTTX\n\n00:00.000 --> 00:01.000\nx\n'],
    ['json', 'no valid JSON', '{"cues":['],
    ['json', 'no valid JSON', 'WEBVTT\n'],
    ['docx', 'no whole document', 'Good morning.\n'],
  ])('as %s: %s', async (format, what, body) => {
    const { run, files } = await download(bytes(body), '--as', format);
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toContain(`the service sent ${what} instead of a transcript as ${format}`);
    expect(files).toEqual([]);
  });

  test('a docx that is truncated or has one wrong bit', async () => {
    const whole = await docx();
    const wrong = Buffer.from(whole);
    wrong[60] = (wrong[60] ?? 0) ^ 1;
    for (const body of [whole.subarray(0, -30), wrong]) {
      const { run, files } = await download(bytes(body), '--as', 'docx');
      expect(run.exitCode).toBe(7);
      expect(files).toEqual([]);
    }
    const { run } = await download(bytes(whole), '--as', 'docx');
    expect(run.exitCode).toBe(0);
    expect(readFileSync(run.stdout.trimEnd()).equals(whole)).toBe(true);
  });

  test.each([
    ['vtt', '\uFEFFWEBVTT - Title\r\n\r\n00:00.000 --> 00:01.000\r\nx'],
    ['srt', '\uFEFF1\r\n0:0:0,0 --> 0:0:1,0\r\n{\\an8}x'],
    ['srt', '[Music]\n1\n0:0:0,0 --> 0:0:1,0\n'],
    ['txt', '[Music]\n'],
    ['txt', '{softly} Good morning'],
    ['json', '\uFEFF[{"status":"spoken"}]'],
    ['json', '{"title":"Talk","cues":[{"text":"<html>"}]}'],
  ])('as %s: saves %j byte for byte', async (format, body) => {
    const { run } = await download(bytes(body), '--as', format);
    expect(run.exitCode).toBe(0);
    expect(readFileSync(run.stdout.trimEnd(), 'utf8')).toBe(body);
  });

  test.each([202, 206])('rejects a transcript with HTTP %i', async (status) => {
    const { run, files } = await download({ status, text: transcriptText('t1', 'srt') });
    expect(run.exitCode).toBe(7);
    expect(files).toEqual([]);
  });

  test('rejects a transcript larger than 256 MiB', async () => {
    const { run, files } = await download((_request, reply) =>
      reply.raw(`HTTP/1.1 200 OK\r\ncontent-length: ${257 * 2 ** 20}\r\n\r\n`).then(async () => {
        const piece = Buffer.alloc(2 ** 20, 'a --> b\n');
        for (let count = 0; count < 257 && !reply.isClosed; count += 1) await reply.raw(piece);
      }),
    );
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toContain('larger than 256 MiB');
    expect(files).toEqual([]);
  });
});

describe('large transcripts', () => {
  const large = `WEBVTT\n\n00:00.000 --> 00:01.000\n${'line\n'.repeat(600_000)}`;

  test('are saved byte for byte, and compared in the next run', async () => {
    const api = await startApi({ media, transcripts, script: { [DOWNLOAD]: bytes(large) } });
    const place = makePlace();
    const run = await runCommand(['transcripts', 'm1', '--as', 'vtt'], { api, place });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(readFileSync(run.stdout.trimEnd(), 'utf8')).toBe(large);
    expect(readdirSync(place.cwd)).toHaveLength(1);
    const again = await runCommand(['transcripts', 'm1', '--as', 'vtt', '--json'], { api, place });
    expect(again.json).toMatchObject({ results: [{ outcome: 'unchanged' }] });
    expect(readdirSync(place.cwd)).toHaveLength(1);
  });

  test.each([
    ['vtt', large.replace('WEBVTT', 'NOTHING'), 7],
    ['srt', 'no arrow\n'.repeat(300_000), 7],
    ['json', `["${'x'.repeat(2_000_000)}`, 7],
    ['json', `["${'x'.repeat(2_000_000)}"]`, 0],
    ['docx', 'PK\x03\x04'.repeat(600_000), 7],
  ])('are checked as %s', async (format, body, exitCode) => {
    const { run, files } = await download(bytes(body), '--as', format);
    expect(run.exitCode).toBe(exitCode);
    expect(files).toHaveLength(exitCode === 0 ? 1 : 0);
  });

  test('may have an arrow that is split between chunks', async () => {
    const half = 'x'.repeat(700_000);
    const { run } = await download(async (_request, reply) => {
      await reply.raw(`HTTP/1.1 200 OK\r\ncontent-length: ${2 * half.length + 3}\r\n\r\n${half}-`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await reply.raw('-');
      await new Promise((resolve) => setTimeout(resolve, 50));
      await reply.raw(`>${half}`);
    });
    expect(run.exitCode).toBe(0);
  });

  test('are deleted before they are requested again', async () => {
    const place = makePlace();
    const left: string[][] = [];
    const answer = (body: string, isMarked: boolean): Answer => {
      return async (_request, reply) => {
        left.push(listTree(place.cwd).flatMap(({ type, path }) => (type === 'file' ? [path] : [])));
        const head = isMarked ? `content-length: ${body.length}\r\n` : '';
        await reply.raw(`HTTP/1.1 200 OK\r\nconnection: close\r\n${head}\r\n${body}`);
        await reply.end();
      };
    };
    const empty = large.replace('-->', 'to');
    const script = { [DOWNLOAD]: [answer(empty, true), answer(large, true)] };
    const api = await startApi({ media, transcripts, script });
    const run = await runCommand(['transcripts', 'm1', '--as', 'vtt'], { api, place });
    expect(run.exitCode).toBe(0);
    expect(readFileSync(run.stdout.trimEnd(), 'utf8')).toBe(large);
    expect(left).toEqual([[], []]);
  });

  test('are deleted if two of them differ', async () => {
    const unmarked = (body: string): Answer => ({ raw: `HTTP/1.0 200 OK\r\n\r\n${body}`, after: 'end' });
    const { run, files } = await download([unmarked(large), unmarked(`${large}x`)], '--as', 'vtt');
    expect(run).toMatchObject({ exitCode: 10, stdout: '' });
    expect(run.stderr).toContain('error: two downloads of the transcript differ\nhint: rerun the command');
    expect(files).toEqual([]);
    const same = await download(unmarked(large), '--as', 'vtt');
    expect(same.run.exitCode).toBe(0);
    expect(same.files).toHaveLength(1);
  });

  test('are written to stdout', async () => {
    const { run, files } = await download(bytes(large), '--as', 'vtt', '-o', '-');
    expect(run).toMatchObject({ exitCode: 0, stdout: large });
    expect(files).toEqual([]);
  });
});

describe('responses that end early', () => {
  const text = transcriptText('t1', 'srt');
  const cut: Answer = {
    raw: `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text.slice(0, 20)}`,
    after: 'end',
  };
  const reset: Answer = { ...cut, after: 'reset' };
  const chunked: Answer = {
    raw: `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n${text.slice(0, 20)}\r\n`,
    after: 'end',
  };
  const stalled: Answer = { ...cut, after: 'stall' };
  const unmarked = (body: string): Answer => ({ raw: `HTTP/1.0 200 OK\r\n\r\n${body}`, after: 'end' });

  test.each([
    ['truncated', cut],
    ['reset', reset],
    ['chunked without an end', chunked],
    ['stalled', stalled],
  ])('%s: retries the request', async (_what, answer) => {
    const { run, requests } = await download([answer]);
    expect(run.exitCode).toBe(0);
    expect(requests).toBe(2);
    expect(readFileSync(run.stdout.trimEnd(), 'utf8')).toBe(text);
  });

  test('are reported, with the delay before the retry', async () => {
    const { run } = await download([cut], '--progress', 'json');
    const events = run.stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(events.map((line): unknown => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        event: 'retry',
        id: 't1',
        attempt: 1,
        message: expect.stringMatching(/; trying again in 1 s$/),
      }),
    );
  });

  test('exits with 6 after the last retry and leaves no files', async () => {
    const { run, requests, files } = await download(cut, '--retries', '2');
    expect(run).toMatchObject({ exitCode: 6, stdout: '' });
    expect(requests).toBe(3);
    expect(files).toEqual([]);
  });

  test('compares two downloads if nothing marks the end', async () => {
    const same = await download(unmarked(text));
    expect(same.run.exitCode).toBe(0);
    expect(same.requests).toBe(2);
    const other = await download([unmarked(text.slice(0, 40)), unmarked(text)]);
    expect(other.run).toMatchObject({ exitCode: 10, stdout: '' });
    expect(other.files).toEqual([]);
  });

  test('exits with 7 on an unrequested content encoding', async () => {
    const { run, files } = await download((_request, reply) =>
      reply.send(200, { 'content-encoding': 'gzip' }, 'x'),
    );
    expect(run.exitCode).toBe(7);
    expect(files).toEqual([]);
  });
});

describe('empty transcripts', () => {
  test.each([
    ['srt', ''],
    ['txt', ' \r\n\uFEFF'],
    ['vtt', 'WEBVTT\n\n'],
    ['json', '{}'],
    ['json', ' [] '],
    ['json', 'null'],
    ['docx', ''],
  ])('as %s: retries %j once, then warns without an error', async (format, body) => {
    const { run, requests, files } = await download(bytes(body), '--as', format, '--json');
    expect(run).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'empty', path: null }] } });
    expect(run.stderr).toContain(`warning: transcript t1 is empty as ${format}; no file is written`);
    expect(requests).toBe(2);
    expect(files).toEqual([]);
  });

  test('saves a transcript that is no longer empty on the second request', async () => {
    const { run, requests } = await download([{ raw: 'HTTP/1.1 204 No Content\r\n\r\n' }]);
    expect(run.exitCode).toBe(0);
    expect(requests).toBe(2);
  });
});

describe('errors', () => {
  test.each([
    [401, 4],
    [403, 4],
    [400, 7],
    [501, 7],
    [503, 6],
  ])('HTTP %i exits with %i', async (status, exitCode) => {
    const { run, files } = await download(status, '--retries', '1');
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(files).toEqual([]);
  });

  test('a transcript deleted after it was listed is a warning, or exit code 3 with -t', async () => {
    const gone = await downloadListed(['default', 'default', 404], 404, '--json');
    expect(gone.run).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'gone' }] } });
    expect(gone.run.stderr).toContain('warning: transcript t1 was deleted during the run');
    expect((await download(404, '-t', 't1')).run.exitCode).toBe(3);
  });

  test('a listed transcript without this format exits with 3 and the reason', async () => {
    const answer = [{ status: 404, json: { status: 'fail', message: 'no docx of this transcript' } }];
    const { run, files } = await download(answer, '--as', 'docx', '--json');
    expect(run).toMatchObject({ exitCode: 3, json: { results: [{ outcome: 'failed' }] } });
    expect(run.stderr).toContain(
      'error: listed, but not available as docx: not found (HTTP 404: no docx of this transcript)',
    );
    expect(run.stderr).not.toContain('deleted during the run');
    expect(files).toEqual([]);
  });

  test('does not call a 404 a deletion if the list cannot be read again', async () => {
    const { run } = await downloadListed(['default', 'default', 403], 404, '--json');
    expect(run).toMatchObject({ exitCode: 3, json: { results: [{ outcome: 'failed' }] } });
  });

  test('follows a redirect to another origin without the credential', async () => {
    const other = await startApi({ token: null });
    const api = await startApi({
      media,
      transcripts,
      script: {
        [DOWNLOAD]: (_request, reply) =>
          reply.redirect(
            302,
            `${other.origin}/v2/media/a/metadata/transcripts/b/download?transcriptDownloadType=srt`,
          ),
      },
    });
    const run = await runCommand(['transcripts', 'm1'], { api });
    expect(run.exitCode).toBe(0);
    expect(other.requests.map(({ headers }) => headers.get('authorization'))).toEqual([undefined]);
  });

  const many = { m1: Array.from({ length: 60 }, (_, index) => ({ id: `p${index}`, languageCode: 'de' })) };

  test('one 429 with Retry-After pauses all downloads', async () => {
    const clock = createFastClock({ speed: 20 });
    const times: number[] = [];
    let count = 0;
    const api = await startApi({
      media,
      transcripts: many,
      script: {
        [DOWNLOAD]: (request, reply) => {
          times.push(clock.now());
          count += 1;
          return count === 10
            ? reply.json(429, { status: 'error' }, { 'retry-after': '30' })
            : reply.send(200, {}, transcriptText(request.target, 'srt'));
        },
      },
    });
    const run = await runCommand(['transcripts', 'm1', '-j', '4'], { api, clock });
    expect(run.exitCode).toBe(0);
    expect(times).toHaveLength(61);
    // Requests in flight still arrive, then none for 30 s.
    const refusedMs = times[9] ?? 0;
    const paused = times.filter((time) => time > refusedMs + 5_000 && time < refusedMs + 29_000);
    expect(paused).toEqual([]);
    expect(times.at(-1)).toBeGreaterThan(refusedMs + 29_000);
  });

  test('stops with exit code 6 after twenty unavailable responses in a row', async () => {
    const api = await startApi({ media, transcripts: many, script: { [DOWNLOAD]: 503 } });
    const run = await runCommand(['transcripts', 'm1', '--retries', '0', '--json'], { api });
    expect(run.exitCode).toBe(6);
    const requests = api.requestsOf(DOWNLOAD).length;
    expect(requests).toBeGreaterThanOrEqual(20);
    expect(requests).toBeLessThan(30);
    expect(run.stderr).toMatch(/^error: stopped with 3\d not tried: service unavailable/m);
    const results = run.json['results'] as { outcome: string; transcriptId: string }[];
    expect(results.map(({ transcriptId }) => transcriptId)).toEqual(many.m1.map(({ id }) => id));
    expect(results.filter(({ outcome }) => outcome === 'failed')).toHaveLength(requests);
    expect(results.filter(({ outcome }) => outcome === 'untried')).toHaveLength(60 - requests);
    expectFailureDocument('transcripts', run.json);
  });

  test('one failed transcript does not stop the others', async () => {
    const api = await startApi({
      media,
      transcripts: many,
      script: {
        [DOWNLOAD]: (request, reply) =>
          request.target.includes('/p7/')
            ? reply.json(503, { status: 'error' })
            : reply.send(200, {}, transcriptText(request.target, 'srt')),
      },
    });
    const run = await runCommand(['transcripts', 'm1', '--retries', '1'], { api });
    expect(run.exitCode).toBe(6);
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(59);
    expect(run.stderr).toContain('error: 1 of 60 transcripts failed');
  });

  test('stops at once when the credential is rejected', async () => {
    const api = await startApi({ media, transcripts: many, script: { [DOWNLOAD]: 403 } });
    const run = await runCommand(['transcripts', 'm1', '-j', '2'], { api });
    expect(run.exitCode).toBe(4);
    expect(api.requestsOf(DOWNLOAD).length).toBeLessThan(5);
  });
});

test('Ctrl-C keeps complete files, leaves nothing else, and the same command continues', async () => {
  const three = { m1: ['t1', 't2', 't3'].map((id) => ({ id, languageCode: 'de' })) };
  let isStalled = true;
  const api = await startApi({
    media,
    transcripts: three,
    script: {
      [DOWNLOAD]: (request, reply) =>
        isStalled && !request.target.includes('/t1/')
          ? reply.raw('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n1\n')
          : reply.send(200, {}, transcriptText(request.target, 'srt')),
    },
  });
  const started = startBinary(['transcripts', 'm1', '--json', '--record', 'r'], { api });
  await vi.waitFor(() => expect(api.requestsOf(DOWNLOAD)).toHaveLength(3), { timeout: 20_000 });
  const file = join(started.place.cwd, 'talk-t1.de.srt');
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 20_000 });
  started.kill('SIGINT');
  const run = await started.result;
  expect(run.exitCode).toBe(130);
  expect(run.json).toMatchObject({
    error: { code: 'INTERRUPTED' },
    results: [{ outcome: 'downloaded' }, { outcome: 'failed' }, { outcome: 'failed' }],
  });
  expect(readdirSync(run.cwd).toSorted()).toEqual(['r', 'talk-t1.de.srt']);
  expect(readFileSync(join(run.cwd, 'r'), 'utf8').trimEnd().split('\n')).toHaveLength(1);
  isStalled = false;
  const again = await runCommand(['transcripts', 'm1', '--record', 'r'], { api, place: started.place });
  expect(again).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('2 transcripts, ') });
});

test('reports Ctrl-C once, even with several downloads in progress', async () => {
  const three = { m1: ['t1', 't2', 't3'].map((id) => ({ id, languageCode: 'de' })) };
  let interrupt: () => void = () => undefined;
  let count = 0;
  const api = await startApi({
    media,
    transcripts: three,
    script: {
      [DOWNLOAD]: async (_request, reply) => {
        count += 1;
        if (count === 3) interrupt();
        await reply.raw('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n1\n');
      },
    },
  });
  const run = await runCommand(
    ['transcripts', 'm1', '-t', 't1', '-t', 't2', '-t', 't3', '-t', 't4', '--json'],
    {
      api,
      onStart: (control) => {
        interrupt = () => control.signal('SIGINT');
      },
    },
  );
  expect(run).toMatchObject({
    exitCode: 130,
    stderr: 'Interrupted.\n',
    json: { error: { code: 'INTERRUPTED' }, results: [{}, {}, {}] },
  });
});
