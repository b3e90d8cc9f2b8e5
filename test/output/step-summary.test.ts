import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatResultsTable } from '../../src/output/results-table.ts';
import { escapeText } from '../../src/terminal/text/escape.ts';
import { start } from '../commands/fetch/fetch-scene.ts';
import { runCommand } from '../commands/run-command.ts';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { startApi } from '../support/api/api-server.ts';
import { diskFaultFlags } from '../support/disk-fault.ts';
import { CANARY_TOKEN } from '../support/process/canary.ts';
import { runBinary } from '../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';

const MIB = 1_048_576;
const HEADER = '| Result | ID | Size | Details |\n| :-- | :-- | --: | :-- |\n';
const media = [{ id: 'm1', name: 'Talk' }];
const transcripts = { m1: [{ id: 't1', languageCode: 'en-v2' }] };

function summaryIn(place: RunPlace): { file: string; env: Record<string, string>; text: () => string } {
  const file = join(place.cwd, 'summary.md');
  const env = { GITHUB_STEP_SUMMARY: file, GITHUB_WORKSPACE: place.cwd };
  return { file, env, text: () => readFileSync(file, 'utf8') };
}

describe('--summary', () => {
  test('transcripts: writes a row for each with its path in the workspace', async () => {
    const api = await startApi({ media, transcripts });
    const place = makePlace();
    const { env, text } = summaryIn(place);
    const run = await runCommand(['transcripts', 'm1', '--summary'], { api, place, env });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(place.cwd, 'talk-t1.en-v2.srt')}\n` });
    expect(text()).toBe(
      `### streamdiver-dl transcripts\n\n1 downloaded\n\n${HEADER}| downloaded | <code>t1</code> | 46 B | <code>talk-t1.en-v2.srt</code> |\n`,
    );
  });

  test('create writes a row for the package, and fetch appends a row for its file', async () => {
    const api = await start({ media });
    const place = makePlace();
    const { env, text } = summaryIn(place);
    const create = ['create', '-m', 'm1', '--title', 'a|b', '--summary'];
    const id = (await runCommand(create, { api, place, env })).stdout.trimEnd();
    const first = text();
    expect(first).toMatch(
      new RegExp(`^\\| preparing \\| <code>${id}</code> \\| {2}\\| <code>a&#124;b</code> \\|$`, 'm'),
    );
    const fetch = ['fetch', PACKAGE_ID, '--summary', '-o', 'a.zip'];
    expect(await runCommand(fetch, { api, place, env })).toMatchObject({ exitCode: 0 });
    expect(text().startsWith(`${first}\n\n### streamdiver-dl fetch\n\n1 downloaded\n`)).toBe(true);
    expect(text()).toMatch(/^\| downloaded \| .* <code>a.zip<\/code> \|$/m);
  });

  test('create --split writes a row for each package', async () => {
    const api = await start({ media: [...media, { id: 'm2', name: 'Film' }] });
    const place = makePlace();
    const { env, text } = summaryIn(place);
    const create = ['create', '-m', 'm1', '-m', 'm2', '--split', '1', '--summary'];
    const ids = (await runCommand(create, { api, place, env })).stdout.trimEnd().split('\n');
    expect(ids).toHaveLength(2);
    for (const id of ids) expect(text()).toContain(`| preparing | <code>${id}</code> |`);
  });

  test('writes the exit code, the message, and the failed package', async () => {
    const api = await startApi({ media });
    const place = makePlace();
    const { env, text } = summaryIn(place);
    const run = await runCommand(['fetch', 'no-such-package', PACKAGE_ID, '--summary'], { api, place, env });
    expect(run.exitCode).not.toBe(0);
    expect(text()).toContain(`**Failed with exit code ${run.exitCode}:** <code>`);
    expect(text()).toMatch(/^\| failed \| <code>no-such-package<\/code> \| {2}\| <code>no package /m);
  });

  test('writes a failure that happens before the first request', async () => {
    const place = makePlace();
    const { env, text } = summaryIn(place);
    const run = await runCommand(['transcripts', '--summary'], { place, env });
    expect(run.exitCode).toBe(2);
    expect(text()).toBe(
      '### streamdiver-dl transcripts\n\n**Failed with exit code 2:** <code>no media selected</code>\n',
    );
  });

  test('masks secrets', async () => {
    const api = await startApi({
      script: {
        'GET /v2/downloads/{id}': { status: 403, json: { message: `${CANARY_TOKEN} may not` } },
      },
    });
    const place = makePlace();
    const { env, text } = summaryIn(place);
    await runCommand(['fetch', PACKAGE_ID, '--summary'], { api, place, env });
    expect(text()).toContain('**Failed with exit code 4:**');
    expect(text()).toContain('&#42;&#42;&#42; may not');
    expect(text()).not.toContain(CANARY_TOKEN);
  });

  test.each([[undefined], ['']])('only warns without GITHUB_STEP_SUMMARY (%j)', async (value) => {
    const api = await startApi({ media, transcripts });
    const env = { GITHUB_STEP_SUMMARY: value };
    const run = await runCommand(['transcripts', 'm1', '--summary'], { api, env });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(
      'warning: --summary: GITHUB_STEP_SUMMARY is not set, so no summary is written\n',
    );
    expect(readdirSync(run.cwd)).toEqual(['talk-t1.en-v2.srt']);
  });

  test('writes nothing without the flag or in a dry run', async () => {
    const api = await startApi({ media, transcripts });
    const place = makePlace();
    const { env } = summaryIn(place);
    await runCommand(['transcripts', 'm1', '-D', 'out'], { api, place, env });
    await runCommand(['transcripts', 'm1', '-D', 'out', '--summary', '-n'], { api, place, env });
    await runCommand(['create', '-m', 'm1', '--summary', '-n'], { api, place, env });
    expect(readdirSync(place.cwd)).toEqual(['out']);
  });

  test('only warns if the summary cannot be written', async () => {
    const api = await startApi({ media, transcripts });
    const place = makePlace();
    const { env, file } = summaryIn(place);
    mkdirSync(file);
    const run = await runCommand(['transcripts', 'm1', '--summary'], { api, place, env });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(`warning: --summary: cannot write to ${file}: it is a folder\n`);
  });

  test('only warns if the disk is full', async () => {
    const api = await startApi({ media, transcripts });
    const place = makePlace();
    const { env, file } = summaryIn(place);
    const { nodeFlags } = diskFaultFlags({ call: 'write', nth: 1, effect: 'ENOSPC', pathPart: file });
    const run = await runBinary(['transcripts', 'm1', '--summary'], { api, place, env, nodeFlags });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(`warning: --summary: cannot write to ${file}: no space left on the disk\n`);
  });

  test.skipIf(process.platform === 'win32')('does not hang on a pipe without a reader', async () => {
    const api = await startApi({ media, transcripts });
    const place = makePlace();
    const { env, file } = summaryIn(place);
    expect(spawnSync('mkfifo', [file]).status).toBe(0);
    const run = await runCommand(['transcripts', 'm1', '--summary'], { api, place, env });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(`warning: --summary: cannot write to ${file}: `);
  });

  test('does not change a full summary and truncates the table in an almost full one', async () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ id: `t${index}`, languageCode: `l${index}` }));
    const api = await startApi({ media, transcripts: { m1: many } });
    const place = makePlace();
    const { env, file, text } = summaryIn(place);
    const command = ['transcripts', 'm1', '--summary', '-D', 'out'];
    writeFileSync(file, 'x'.repeat(MIB - 200));
    const full = await runCommand(command, { api, place, env });
    expect(full).toMatchObject({ exitCode: 0 });
    expect(full.stderr).toContain(`warning: --summary: cannot write to ${file}: it is full\n`);
    expect(statSync(file).size).toBe(MIB - 200);
    writeFileSync(file, 'x'.repeat(MIB - 1_000));
    await runCommand(command, { api, place, env });
    expect(statSync(file).size).toBeLessThanOrEqual(MIB);
    const rows = text().match(/^\| unchanged /gm)?.length ?? 0;
    expect(rows).toBeGreaterThan(0);
    expect(text()).toMatch(new RegExp(`\\n\\n${30 - rows} more results are not shown\\.\\n$`));
  });
});

describe('the table', () => {
  const OPTIONS = {
    command: 'fetch',
    failure: null,
    baseFolder: undefined,
    redact: (text: string) => text,
    maxBytes: MIB,
  };
  const tableOf = (result: object, options: Partial<Parameters<typeof formatResultsTable>[0]> = {}) =>
    formatResultsTable({ ...OPTIONS, document: { results: [result] }, ...options }) ?? '';
  const detailsOf = (text: string) =>
    tableOf({ id: 'a', outcome: 'downloaded', path: text }).split('\n').at(-2);

  test.each([
    ['a|b', 'a&#124;b'],
    ['a\\|b', 'a&#92;&#124;b'],
    ['`rm`', '&#96;rm&#96;'],
    ['<img src=x onerror=y>', '&#60;img src&#61;x onerror&#61;y&#62;'],
    ['</code><script>', '&#60;/code&#62;&#60;script&#62;'],
    ['&lt;', '&#38;lt&#59;'],
    ['one\ntwo\r\n| three |', 'one&#92;ntwo&#92;r&#92;n&#124; three &#124;'],
    ['[x](http://y)', '&#91;x&#93;&#40;http&#58;//y&#41;'],
    [
      '@all #1 :tada: $x$ ~~y~~ *z* _w_',
      '&#64;all &#35;1 &#58;tada&#58; &#36;x&#36; &#126;&#126;y&#126;&#126; &#42;z&#42; &#95;w&#95;',
    ],
    ['\u202Eexe.srt', '&#92;u202eexe.srt'],
    ['Grüße, 東京 - 1.srt', 'Grüße, 東京 - 1.srt'],
  ])('prints %j literally in one cell', (text, escaped) => {
    const line = detailsOf(text) ?? '';
    const [, cell = ''] =
      /^\| downloaded \| <code>a<\/code> \| {2}\| <code>(.*)<\/code> \|$/.exec(line) ?? [];
    expect(cell).toBe(escaped);
    // Outside character references, no character with a meaning in Markdown remains.
    expect(cell.replaceAll(/&#\d+;/g, '')).not.toMatch(/[|`<>[\]()&*_~#@:$!\\\n]/);
    const shown = cell.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    expect(shown).toBe(escapeText(text));
  });

  test('masks secrets before it escapes text', () => {
    const redact = (text: string) => text.replaceAll('se_cr|et', '***');
    const table = tableOf({ id: 'a', outcome: 'failed', error: { message: 'token se_cr|et' } }, { redact });
    expect(table).toContain('<code>token &#42;&#42;&#42;</code>');
  });

  test('masks secrets before it truncates text', () => {
    const redact = (text: string) => text.replaceAll('secret-in-the-middle', '***');
    const path = `${'a'.repeat(390)}secret-in-the-middle${'b'.repeat(300)}`;
    expect(tableOf({ id: 'a', outcome: 'downloaded', path }, { redact })).not.toContain('secret');
  });

  test('lists failures first and limits the paths of a package', () => {
    const results = [
      { id: 'a', outcome: 'extracted', paths: Array.from({ length: 7 }, (_, index) => `/w/${index}`) },
      { id: 'b', outcome: 'failed', paths: [], error: { message: 'no' } },
    ];
    const table = formatResultsTable({ ...OPTIONS, document: { results }, baseFolder: '/w' }) ?? '';
    expect(table.split('\n').slice(2)).toEqual([
      '1 extracted, 1 failed',
      '',
      ...HEADER.trimEnd().split('\n'),
      '| failed | <code>b</code> |  | <code>no</code> |',
      `| extracted | <code>a</code> |  | ${[0, 1, 2, 3, 4].map((name) => `<code>${name}</code>`).join('<br>')}<br><code>2 more files</code> |`,
      '',
    ]);
  });

  test('does not shorten paths of a folder with the same prefix', () => {
    const of = (path: string) => tableOf({ id: 'a', outcome: 'downloaded', path }, { baseFolder: '/data' });
    expect(of('/data/a.srt')).toContain('<code>a.srt</code>');
    expect(of('/datas/a.srt')).toContain('<code>/datas/a.srt</code>');
  });
});
