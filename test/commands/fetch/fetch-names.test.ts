import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import type { EntrySpec } from '../../support/zip-maker.ts';
import { filesIn } from './fetch-scene.ts';

const FILE_ROUTE = 'GET /v2/downloads/file/{id}';
const HYOJI = Buffer.from('955c8ea62e747874', 'hex');
const LINE = ['fetch', PACKAGE_ID, '-D', 'out', '-x'];

function start(entries: readonly EntrySpec[]) {
  return startApi({ files: { one: serveArchive(entries) } });
}

describe('entry names of real packers', () => {
  const MIXED: readonly EntrySpec[] = [
    { name: './' },
    { name: './d/' },
    { name: './d/' },
    { name: './d/a.txt', content: 'a' },
    { name: 'pipe', content: 'p', mode: 0o010600 },
    { name: 'so\u00adft.txt', content: 's' },
    { name: 'm².txt', content: '2' },
    { name: 'm2.txt', content: '2' },
    { name: 'e\\b.txt', content: 'b', central: { madeBy: 0x0014 } },
    { name: Buffer.from('größe.txt'), content: 'u' },
    { name: Buffer.from([0x81, 0x62]), content: 'c' },
  ];

  test.each([[[]], [['--keep-archive']]])(
    'unpacks them and reports each kind of change once, %j',
    async (more) => {
      const run = await runBinary([...LINE, ...more], { api: await start(MIXED) });
      expect(run.exitCode).toBe(0);
      const files = ['d/a.txt', 'e/b.txt', 'größe.txt', 'm2.txt', 'm².txt', 'pipe', 'so_ft.txt', 'üb'];
      expect(filesIn(join(run.cwd, 'out')).filter((path) => !path.endsWith('.zip'))).toEqual(files);
      expect(run.stderr).toContain('invisible or invalid on Windows: "so\\u{ad}ft.txt" → "so_ft.txt"');
      expect(run.stderr.match(/read as UTF-8: "größe\.txt"\n/g)).toHaveLength(1);
      expect(run.stderr.match(/warning: .* read as CP437: "üb"; .*--encoding/g)).toHaveLength(1);
      expect(run.stderr.match(/read as folder separators: "e\/b\.txt"\n/g)).toHaveLength(1);
    },
  );

  test('contents reports the same changes', async () => {
    const run = await runBinary(['contents', PACKAGE_ID], { api: await start(MIXED) });
    expect(run.stdout.split('\n').map((line) => line.split('\t')[0])).toContain('d/a.txt');
    expect(run.stderr.match(/read as CP437/g)).toHaveLength(1);
  });
});

describe('--encoding', () => {
  const entries: readonly EntrySpec[] = [
    { name: HYOJI, content: 'hyoji', central: { madeBy: 0x0014 } },
    { name: 'b.srt', content: 'b' },
  ];

  test('decodes names before matching patterns, without downloading the archive', async () => {
    const api = await start(entries);
    const words = ['--encoding', 'Shift_JIS', '--include', '表示.*'];
    const run = await runBinary(['fetch', PACKAGE_ID, '-D', 'out', ...words], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.cwd, 'out/表示.txt')}\n` });
    expect(run.stderr).not.toContain('CP437');
    expect(api.requestsOf(FILE_ROUTE)[0]?.headers.get('range')).toBe('bytes=-65633');
    const list = await runBinary(['contents', PACKAGE_ID, ...words], { api });
    expect(list.stdout).toMatch(/^表示\.txt\t5\t/);
  });

  test('is suggested when a name is rejected without it', async () => {
    const run = await runBinary(LINE, { api: await start(entries) });
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toContain('--encoding');
  });

  test.each([
    [[...LINE, '--encoding', 'klingon'], '--encoding: unsupported encoding "klingon"'],
    [['contents', PACKAGE_ID, '--encoding', 'klingon'], '--encoding: unsupported encoding "klingon"'],
    [['fetch', PACKAGE_ID, '--encoding', 'gbk'], '--encoding needs -x'],
    [['create', '-m', 'x', '--encoding', 'gbk'], '--encoding needs --fetch'],
  ])('%j exits with 2 and sends no request', async (line, says) => {
    const api = await start(entries);
    const run = await runBinary(line, { api });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(says);
    expect(api.requests).toEqual([]);
  });
});

describe('error messages for rejected archives', () => {
  test('does not suggest a retry for damage in the directory', async () => {
    const run = await runBinary(LINE, {
      api: await start([{ name: 'a', content: 'x', central: { size: 5 } }]),
    });
    expect(run.exitCode).toBe(10);
    expect(run.stderr).not.toContain('fetches the rest');
  });

  test('reports that all entries are encrypted', async () => {
    const nine = [...Array(9).keys()].map((index) => ({
      name: `f${index}`,
      flags: 1 | (1 << 11),
      content: 'x',
    }));
    const api = await start(nine);
    const run = await runBinary(LINE, { api });
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toContain('refused: all 9 entries are encrypted, which is not supported; nothing');
    const skipped = await runBinary([...LINE, '--skip-unsafe'], { api });
    expect(skipped.exitCode).toBe(12);
    expect(skipped.stderr).toContain('all 9 entries are encrypted');
    expect(skipped.stderr).not.toContain('the rest is unpacked');
  });

  test('suggests --max-size for a bomb with --keep-archive, which then unpacks it', async () => {
    const api = await start([{ name: 'zeros', content: Buffer.alloc(2 ** 21), method: 8 }]);
    const run = await runBinary([...LINE, '--keep-archive'], { api });
    expect(run.exitCode).toBe(12);
    expect(run.stderr).toContain('hint: if this size is expected, allow it with --max-size\n');
    expect((await runBinary([...LINE, '--keep-archive', '--max-size', '2M'], { api })).exitCode).toBe(0);
  });
});
