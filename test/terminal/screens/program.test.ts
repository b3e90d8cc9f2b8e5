import { describe, expect, test } from 'vitest';
import { CTRL_C } from '../../support/keys.ts';
import { expectPainted, expectScreen, runOnScreen, screenOf } from './screen.ts';

const withoutSecrets = (lines: readonly string[]) =>
  lines.map((line) =>
    line.replaceAll(/-[\da-f]{32}\b/g, `-${'0'.repeat(32)}`).replace(/"pid":\d+/, '"pid":1234'),
  );

/**
 * Replaces the ID and age of the package, and sorts the files of each step. Media of the sandbox have the same IDs in
 * each run.
 */
function withoutOrderAndId(lines: readonly string[]): readonly string[] {
  const [, id = ''] = /rm --yes ([\da-f-]{36})$/m.exec(lines.join('\n')) ?? [];
  const steady = lines.map((line) =>
    line
      .replaceAll(id, 'c0ffee00-0000-4000-8000-000000000000')
      .replaceAll(id.slice(0, 8), 'c0ffee00')
      .replaceAll(/\b\d+s ago */g, (age) => '3s ago'.padEnd(age.length)),
  );
  const isFile = (line: string | undefined) => line?.startsWith('/') === true;
  return steady.flatMap((line, index) => {
    if (!isFile(line)) return [line];
    if (isFile(steady[index - 1])) return [];
    const after = steady.slice(index);
    const count = after.findIndex((one) => !isFile(one));
    return after.slice(0, count).toSorted();
  });
}

describe.each([80, 40])('screens at %d columns', (columns) => {
  test.each([
    ['help', '--help'],
    ['help-fetch', 'fetch --help'],
    ['help-create', 'create --help'],
    ['help-wrong-command', 'fetsch'],
  ])('%s', async (name, line) => {
    await expectScreen(await screenOf(line, { columns, token: null }), columns, name);
  });

  test('sandbox', async () => {
    const run = runOnScreen('sandbox', { columns, token: null, alike: withoutSecrets });
    await run.waitFor('STREAMDIVER_SSO_URL');
    run.write(CTRL_C);
    expect(await run.exited).toMatchObject({ exitCode: 0 });
    await expectScreen(run, columns, 'sandbox');
  });

  test('demo', { timeout: 60_000 }, async () => {
    const run = await screenOf('demo', { columns, token: null, alike: withoutOrderAndId });
    expect(await run.exited).toMatchObject({ exitCode: 0 });
    await expectScreen(run, columns, 'demo');
  });
});

test('colors of help and of a usage error', async () => {
  await expectPainted(await screenOf('fetch --help', { columns: 80, token: null }), 80, 'help-fetch');
  await expectPainted(await screenOf('fetsch', { columns: 80, token: null }), 80, 'help-wrong-command');
});
