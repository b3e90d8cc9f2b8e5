import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DIALECT_NAMES } from '../../src/sandbox/dialect/dialects.ts';
import { FAULT_NAMES } from '../../src/sandbox/faults/faults.ts';
import { startApi } from '../support/api/api-server.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { runBinary } from '../support/process/run-binary.ts';
import { runCli } from '../support/process/run-cli.ts';
import { makePlace } from '../support/process/run-place.ts';
import type { ProgramResult, RunProgramOptions } from '../support/process/run-program.ts';

const LINE = ['__complete', 'zsh', '--', 'fetch', ''];
const PACKAGES = [{ id: 'one', title: 'Interviews', status: 'ready' }];

/** In real time, because completion has a time limit of less than a second. */
function complete(line: readonly string[], options: RunProgramOptions): Promise<ProgramResult> {
  return runCli(line, { clock: createFastClock({ speed: 1 }), ...options });
}

/** Allows seconds for a response, which a busy machine may need. */
function patiently(line: readonly string[], options: RunProgramOptions): Promise<ProgramResult> {
  return complete(line, { clock: createFastClock({ speed: 0.1 }), ...options });
}

test('caches candidates for a second Tab within 30 s', async () => {
  const api = await startApi({ packages: PACKAGES });
  const place = makePlace();
  const clock = createFastClock({ speed: 1 });
  const first = await complete(LINE, { api, place, clock });
  expect(first).toMatchObject({ exitCode: 0, stdout: 'none\none\tInterviews (ready)\n', stderr: '' });
  expect((await complete(LINE, { api, place, clock })).stdout).toBe(first.stdout);
  expect(api.requests).toHaveLength(1);

  const file = join(place.configDir, 'completion.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(place.configDir).mode & 0o777).toBe(0o700);
  const old = readFileSync(file, 'utf8').replace(/"timeMs":\d+/, '"timeMs":1');
  writeFileSync(file, old);
  expect((await complete(LINE, { api, place, clock })).stdout).toBe(first.stdout);
  expect(api.requests).toHaveLength(2);
});

test('caches per API, profile, and credential', async () => {
  const api = await startApi({ packages: PACKAGES, token: null });
  const other = await startApi({ packages: [{ id: 'two' }] });
  const place = makePlace();
  await complete(LINE, { api, place });
  expect((await complete(LINE, { api: other, place })).stdout).toContain('two');
  await complete(LINE, { api, place });
  await complete(['__complete', 'zsh', '--', 'fetch', '--profile', 'default', ''], { api, place });
  await complete(LINE, { api, place, token: 'another-token' });
  expect(api.requests).toHaveLength(4);
});

test('the service depends on flags and stored settings', async () => {
  const api = await startApi({ packages: PACKAGES });
  const other = await startApi({
    packages: [{ id: 'two' }],
    media: [{ id: 'm1', name: 'Talk', type: 'video' }],
  });
  const place = makePlace();
  const line = ['__complete', 'zsh', '--', 'fetch', '--api-url', `${other.origin}/v2`, ''];
  expect((await patiently(line, { api, place, token: null })).stdout).toBe('none\n');
  const media = await patiently(['__complete', 'zsh', '--', 'media', 'show', ''], { api: other, place });
  expect(media.stdout).toBe('none\nm1\tTalk (video)\n');
  expect(other.requests.at(-1)?.target).toContain('/v2/media?');
  await patiently(LINE, { api: other, place });
  const { length } = other.requests;
  await patiently(LINE, { api: other, place });
  expect(other.requests).toHaveLength(length);
  writeFileSync(join(place.configDir, 'config.json'), '{}');
  await patiently(LINE, { api: other, place });
  expect(other.requests).toHaveLength(length + 1);
});

test.each([
  ['not JSON', '{'],
  ['another shape', '{"packages":{"key":1,"candidates":7}}'],
  ['a list', '[]'],
])('ignores a cache that is %s', async (_name, text) => {
  const api = await startApi({ packages: PACKAGES });
  const place = makePlace();
  await complete(LINE, { api, place });
  writeFileSync(join(place.configDir, 'completion.json'), text);
  expect((await complete(LINE, { api, place })).stdout).toContain('one\tInterviews');
  expect(api.requests).toHaveLength(2);
});

test.each([
  ['rejects the token', { script: { 'GET /v2/downloads': 401 } }],
  ['sends a web page', { script: { 'GET /v2/downloads': { text: '<html>', contentType: 'text/html' } } }],
] as const)('reports no error and caches nothing when the service %s', async (_name, options) => {
  const api = await startApi({ packages: PACKAGES, ...options });
  const run = await complete(LINE, { api });
  expect(run).toMatchObject({ exitCode: 0, stdout: 'none\n', stderr: '' });
  expect(() => statSync(join(run.configDir, 'completion.json'))).toThrow('ENOENT');
});

test('ignores a list larger than 1 MiB', async () => {
  for (const [sizeBytes, words] of [
    [1_040_000, ['none', 'one\tInterviews (ready)']],
    [1_050_000, ['none']],
  ] as const) {
    const item = { ...PACKAGES[0], description: 'x'.repeat(sizeBytes) };
    const api = await startApi({ script: { 'GET /v2/downloads': { json: { data: [item] } } } });
    expect((await patiently(LINE, { api })).stdout).toBe(`${words.join('\n')}\n`);
  }
});

test('completes from the command tree without any settings', async () => {
  const run = await runBinary(['__complete', 'fish', '--', 'list', '--format', ''], {
    token: null,
    env: { HOME: undefined, STREAMDIVER_CONFIG_DIR: undefined },
  });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(run.stdout).toContain('ndjson\t\n');
});

test('gives up on a stalled service and exits', async () => {
  const api = await startApi({ script: { 'GET /v2/downloads': { raw: '', after: 'stall' } } });
  const run = await runBinary(LINE, { api });
  expect(run).toMatchObject({ exitCode: 0, stdout: 'none\n', stderr: '' });
  expect(api.requests).toHaveLength(1);
});

test.each([
  ['without a shell', ['__complete']],
  ['with a flag before the line', ['__complete', 'zsh', '--words', '--', '']],
])('prints nothing to stdout for a script that calls it %s', async (_name, line) => {
  const run = await runCli(line);
  expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/^error: /) });
});

test('prints nothing to stdout for an unknown shell', async () => {
  const run = await runCli(['__complete', 'tcsh', '--', '']);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain('bash, zsh, fish, pwsh');
});

test('`completion` prints only the script', async () => {
  for (const shell of ['bash', 'zsh', 'fish', 'pwsh']) {
    const run = await runCli(['completion', shell], { token: null });
    expect(run).toMatchObject({ exitCode: 0, stderr: '', requests: [] });
    expect(run.stdout).toContain(`__complete ${shell}`);
  }
  expect(await runCli(['completion', 'bsh'])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('did you mean bash?'),
  });
});

test('reports no error when the config folder is a file or a circular link', async () => {
  const api = await startApi({ packages: PACKAGES });
  const file = makePlace();
  writeFileSync(file.configDir, '');
  const circle = makePlace();
  symlinkSync(circle.configDir, circle.configDir);
  for (const place of [file, circle])
    expect(await complete(LINE, { api, place })).toMatchObject({ exitCode: 0, stderr: '' });
});

test.each([
  ['--fault', FAULT_NAMES.map(({ name }) => name)],
  ['--dialect', ['list', ...DIALECT_NAMES.map(({ name }) => name)]],
])('sandbox %s offers exactly the known names', async (flag, names) => {
  const { stdout } = await complete(['__complete', 'zsh', '--', 'sandbox', flag, ''], {});
  const [, ...offered] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '');
  expect(offered.toSorted()).toEqual(names.toSorted());
});
