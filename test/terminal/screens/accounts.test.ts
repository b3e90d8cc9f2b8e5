import { describe, expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { CTRL_C, ENTER } from '../../support/keys.ts';
import { CANARY_TOKEN } from '../../support/process/canary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { expectPainted, expectScreen, runOnScreen, screenOf } from './screen.ts';

/** The column is as wide as a URL with a port, which varies. */
const withoutAlignment = (lines: readonly string[]) =>
  lines.map((line) => line.replaceAll(/(?<=\S) {2,}/g, '  '));

describe.each([80, 40])('screens at %d columns', (columns) => {
  test('login: kinds of credentials, pasted token, and result', async () => {
    const run = runOnScreen('login', { api: await startApi(), columns, token: null });
    await run.waitFor('command that prints a token');
    await expectScreen(run, columns, 'login-kinds');
    run.write(ENTER);
    await run.waitFor('Paste the token');
    run.write(CANARY_TOKEN.slice(0, 20));
    await run.waitFor('*'.repeat(20));
    await expectScreen(run, columns, 'login-pasted');
    run.write(`${CANARY_TOKEN.slice(20)}${ENTER}`);
    await run.exited;
    await expectScreen(run, columns, 'login');
  });

  test('login: rejected token, then Ctrl-C', async () => {
    const run = runOnScreen('login --with-token', { api: await startApi(), columns, token: null });
    await run.waitFor('Paste the token');
    run.write(`an-incomplete-token${ENTER}`);
    await run.waitFor(/again[^]*Paste the token/);
    await expectScreen(run, columns, 'login-rejected');
    run.write(CTRL_C);
    expect(await run.exited).toMatchObject({ exitCode: 130 });
    await expectScreen(run, columns, 'login-canceled');
  });

  test('whoami and logout', async () => {
    const api = await startApi();
    const place = makePlace();
    const login = runOnScreen('login --with-token', { api, place, columns, token: null });
    await login.waitFor('Paste the token');
    login.write(`${CANARY_TOKEN}${ENTER}`);
    await login.exited;
    for (const [name, line] of [
      ['whoami', 'whoami'],
      ['whoami-all', 'whoami --all'],
      ['logout', 'logout'],
      ['logout-again', 'logout'],
      ['whoami-nobody', 'whoami'],
    ] as const)
      await expectScreen(
        await screenOf(line, { api, place, columns, token: null, alike: withoutAlignment }),
        columns,
        name,
      );
  });

  test('whoami: rejected token', async () => {
    const run = await screenOf('whoami', { api: await startApi(), columns, token: 'an-old-token' });
    await expectScreen(run, columns, 'whoami-rejected');
  });

  test('config', async () => {
    const place = makePlace();
    for (const [name, line] of [
      ['config-set', 'config set apiUrl https://video.example/v2'],
      ['config-get', 'config get apiUrl'],
      ['config-list', 'config list'],
      ['config-list-origin', 'config list --show-origin'],
      ['config-unknown-key', 'config set ulr x'],
    ] as const)
      await expectScreen(await screenOf(line, { place, columns, token: null }), columns, name);
  });
});

test('colors of login', async () => {
  const run = runOnScreen('login', { api: await startApi(), columns: 80, token: null });
  await run.waitFor('command that prints a token');
  await expectPainted(run, 80, 'login-kinds');
  run.write(ENTER);
  await run.waitFor('Paste the token');
  run.write(`an-incomplete-token${ENTER}`);
  await run.waitFor(/again[^]*Paste the token/);
  await expectPainted(run, 80, 'login-rejected');
});
