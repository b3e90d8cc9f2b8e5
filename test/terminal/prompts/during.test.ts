import { beforeAll, describe, expect, test } from 'vitest';
import { ExpectedError } from '../../../src/errors.ts';
import { CTRL_C, DOWN, ENTER } from '../../support/keys.ts';
import { promptScene } from './prompt-scene.ts';

const { signal } = new AbortController();
const UNAVAILABLE = new ExpectedError('UNAVAILABLE', 'the service is away\x07');

/** The first prompt loads its library. */
beforeAll(async () => void (await import('@inquirer/core')));

/** Work that fails with each error in turn, then succeeds. */
function failing(...errors: readonly Error[]) {
  const left = [...errors];
  return async () => {
    const error = left.shift();
    if (error !== undefined) throw error;
    return 'found';
  };
}

describe.each([
  ['on a screen', {}, { retry: ENTER, cancel: DOWN + ENTER }],
  ['in plain lines', { TERM: 'dumb' }, { retry: '1\n', cancel: '2\n' }],
])('work between prompts, %s', (_name, env, keys) => {
  const start = (work: () => Promise<string>) => {
    const scene = promptScene({ env: { LANG: 'C.UTF-8', ...env } });
    const result = scene.terminal.withPrompts(signal, (prompts) => prompts.during('Looking\x07', work));
    return { ...scene, result };
  };

  test('returns its result', async () => {
    const { result, drawn } = start(failing());
    expect(await result).toBe('found');
    expect(drawn()).toMatch(/Looking\\x07/);
    expect(drawn()).not.toContain('unavailable');
  });

  test('can be retried if the service is unavailable', async () => {
    const { result, stdin, drawn } = start(failing(UNAVAILABLE, UNAVAILABLE));
    for (const count of [1, 2]) {
      const asked = () => drawn().split('The service is unavailable').length - 1;
      await expect.poll(asked).toBeGreaterThanOrEqual(count);
      await expect.poll(() => drawn().split('Cancel').length - 1).toBeGreaterThanOrEqual(count);
      expect(drawn()).toContain('the service is away\\x07');
      expect(drawn()).toMatch(/Retry\n\W*(?:2\. )?Cancel\n/);
      stdin.write(keys.retry);
    }
    expect(await result).toBe('found');
    expect(drawn().split('Looking\\x07')).toHaveLength(4);
  });

  test('rejects with its error on Cancel', async () => {
    const { result, stdin, drawn } = start(failing(UNAVAILABLE));
    await expect.poll(drawn).toContain('Cancel');
    for (const key of keys.cancel.split(/(?=\r)/)) stdin.write(key);
    await expect(result).rejects.toBe(UNAVAILABLE);
  });

  test('rejects immediately with other errors', async () => {
    const { result, drawn } = start(failing(new ExpectedError('AUTH', 'rejected')));
    await expect(result).rejects.toThrow('rejected');
    expect(drawn()).not.toContain('unavailable');
  });

  test('shows the reason of a retry only while it runs', async () => {
    const { terminal, stdin, drawn } = promptScene({ env: { LANG: 'C.UTF-8', ...env } });
    const retry = (message: string) => terminal.progress({ event: 'retry', id: null, attempt: 1, message });
    const result = terminal.withPrompts(signal, async (prompts) => {
      const value = await prompts.during('Looking', async () => {
        retry('reset\x07');
        await new Promise(setImmediate);
        return 'found';
      });
      retry('too late');
      return value;
    });
    expect(await result).toBe('found');
    expect(drawn()).toContain('Still loading: reset\\x07');
    expect(drawn()).not.toContain('too late');
    stdin.end();
  });
});

test('shows only the current work on the screen, and Ctrl-C at the retry prompt cancels', async () => {
  const { terminal, stdin, stderr } = promptScene({ columns: 20 });
  const result = terminal.withPrompts(signal, (prompts) =>
    prompts.during('A text that is wider than the screen', async () => {
      terminal.progress({ event: 'retry', id: null, attempt: 1, message: 'reset' });
      throw UNAVAILABLE;
    }),
  );
  await expect.poll(() => stderr.text()).toContain('Cancel');
  const clear = '\x1b[1;1H\x1b[0J';
  const shown = '\x1b[2mA text that is\nwider than the\nscreen\x1b[22m';
  expect(stderr.text()).toContain(
    `\x1b[?1049h${clear}${shown}${clear}${shown}\n\x1b[33mStill loading:\nreset\x1b[39m${clear}`,
  );
  stdin.write(CTRL_C);
  await expect(result).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
