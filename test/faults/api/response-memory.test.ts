import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import type { FaultHandler } from '../../support/faults/fault-server.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const MOST_MIB = 256;
/** Just below the limit for a response. */
const SIZE_BYTES = 5.9 * 1_048_576;

/** Runs the built program on a list from the service and returns its peak memory. */
async function peakOf(args: readonly string[], handler: FaultHandler) {
  const api = await startApi({
    script: {
      'GET /v2/downloads': handler,
      'GET /v2/downloads/{id}': handler,
      'GET /v2/search': handler,
      'GET /v2/media': handler,
    },
  });
  const folder = makeTempFolder('peak-');
  const peakPath = join(folder, 'peak');
  const preloadPath = join(folder, 'preload.mjs');
  // Not the maximum of getrusage(2), which a child inherits from its parent process.
  const report = `writeFileSync(${JSON.stringify(peakPath)}, /^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])`;
  writeFileSync(
    preloadPath,
    `import { readFileSync, writeFileSync } from 'node:fs';\nprocess.on('exit', () => ${report});\n`,
  );
  const run = await runBinary(args, { api, nodeFlags: ['--import', preloadPath], deadlineMs: 60_000 });
  return { run, api, peakMib: Number(readFileSync(peakPath, 'utf8')) / 1024 };
}

function filled(open: string, item: string, close: string, sizeBytes = SIZE_BYTES): FaultHandler {
  const text = open + item.repeat(Math.floor(sizeBytes / Buffer.byteLength(item))) + close;
  return (_request, reply) => reply.send(200, { 'Content-Type': 'application/json' }, text);
}

const LARGE: readonly (readonly [name: string, handler: FaultHandler, exitCode: number])[] = [
  ['empty objects', filled('{"data":[', '{},', '{}]}'), 7],
  ['numbers', filled('{"data":[', '1,', '1]}'), 7],
  ['short arrays', filled('{"data":[', '[[[]]],', '1]}'), 7],
  ['deep nesting', filled('{"data":', '[', ''), 7],
  ['one string', filled('{"data":[{"id":"a","title":"', 'x', '"}]}'), 0],
  ['one string of characters to escape', filled('{"data":[{"id":"a","title":"', '\u202e', '"}]}'), 0],
  ['one string of escapes', filled('{"data":[{"id":"a","title":"', '\\u0000', '"}]}'), 0],
  ['an error of one string', filled('{"status":"fail","message":"', 'x', '"}'), 7],
  ['a number of many digits', filled('{"data":[{"id":"a","n":', '1', '}]}'), 7],
  ['spaces', filled('{"data":[', ' ', ']}'), 0],
];

test.each(LARGE)(
  'case 28: a 5.9 MiB response with %s uses less than 256 MiB',
  { timeout: 120_000 },
  async (_name, handler, exitCode) => {
    for (const args of [
      ['list', '--json'],
      ['list', '--format', 'tsv'],
    ]) {
      const { run, peakMib } = await peakOf(args, handler);
      expect(run.exitCode).toBe(exitCode);
      expect(peakMib).toBeLessThan(MOST_MIB);
    }
  },
);

test.each<[what: string, args: readonly string[]]>([
  ['packages', ['list', '--all', '--json']],
  ['media items', ['media', 'list', '--all', '--json']],
])('stops with an error when pages of %s grow without end', { timeout: 120_000 }, async (_what, args) => {
  let count = 0;
  const { run, peakMib } = await peakOf(args, (_request, reply) => {
    count += 1;
    const page = Array.from({ length: 50 * count }, (_, index) => ({
      id: `${count}-${index}`,
      status: 'ready',
      title: 'x'.repeat(100),
    }));
    return reply.json(200, { data: page });
  });
  expect(run).toMatchObject({
    exitCode: 7,
    json: { error: { code: 'BAD_RESPONSE', message: 'the list is larger than 32 MiB' } },
  });
  expect(peakMib).toBeLessThan(MOST_MIB);
});

test('a completion ignores a large list', async () => {
  const { run } = await peakOf(
    ['__complete', 'zsh', '--', 'fetch', ''],
    filled(`{"data":[{"id":"${PACKAGE_ID}","title":"`, 'x', '"}]}'),
  );
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stdout).not.toContain(PACKAGE_ID);
});

const FOR_COMPLETION = ['__complete', 'zsh', '--', 'fetch', ''];

test.each([
  ['empty objects', '{"data":[', '{},', '{}]}'],
  ['one string', `{"data":[{"id":"${PACKAGE_ID}","title":"`, 'x', '"}]}'],
  ['deep nesting', '{"data":', '[', ''],
])(
  'a completion drops 15 MB of %s within its time limit and without buffering them',
  async (_name, open, item, close) => {
    const usual = await peakOf(FOR_COMPLETION, (_request, reply) => reply.json(200, { data: [] }));
    const { run, peakMib } = await peakOf(FOR_COMPLETION, filled(open, item, close, 15_000_000));
    expect(run).toMatchObject({ exitCode: 0, stdout: 'none\n', stderr: '' });
    // The completion has a limit of 800 ms, plus the usual time to start the program.
    expect(run.durationMs).toBeLessThan(Math.max(usual.run.durationMs * 2, 800) + 800);
    expect(peakMib).toBeLessThan(usual.peakMib + 16);
  },
);
