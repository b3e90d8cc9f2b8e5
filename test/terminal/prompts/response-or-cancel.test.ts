import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../../src/errors.ts';
import { orCanceled } from '../../../src/terminal/prompts/or-canceled.ts';
import { asInterruption, responseOrCancel } from '../../../src/terminal/prompts/response-or-cancel.ts';
import { CTRL_D, ESC } from '../../support/keys.ts';
import { openInput } from '../../support/process/streams.ts';

const REASON = new ExpectedError('INTERRUPTED', 'Interrupted by SIGTERM.', { exitCode: 143 });

/** A prompt that ends only through its signal, like those of the library. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(named('AbortPromptError')));
  });
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

function start({
  canGoBack = false,
  ask = untilAborted,
}: {
  canGoBack?: boolean;
  ask?: typeof untilAborted;
} = {}) {
  const stdin = openInput({ isTTY: true });
  const controller = new AbortController();
  const response = responseOrCancel(ask, { stdin, signal: controller.signal, canGoBack });
  stdin.resume();
  const listeners = () => stdin.listenerCount('keypress') + stdin.listenerCount('close');
  return { stdin, controller, response, listeners };
}

describe('a prompt', () => {
  test('resolves with null on Esc if it can go back', async () => {
    const { stdin, response, listeners } = start({ canGoBack: true });
    stdin.write('d');
    stdin.write(ESC);
    expect(await response).toBeNull();
    expect(listeners()).toBeLessThanOrEqual(1);
  });

  test('ignores Esc and letters if it cannot go back, and rejects on Ctrl-D', async () => {
    const { stdin, response } = start();
    let hasEnded = false;
    response.catch(() => {
      hasEnded = true;
    });
    stdin.write(`d${ESC}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(hasEnded).toBe(false);
    stdin.write(CTRL_D);
    await expect(response).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'Canceled.' });
  });

  test('rejects when the input closes', async () => {
    const { stdin, response } = start({ canGoBack: true });
    stdin.destroy();
    await expect(response).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'Canceled.' });
  });

  test.each([true, false])(
    'rejects with the reason of the signal, even after Esc: %s',
    async (isEscFirst) => {
      const { stdin, controller, response } = start({
        canGoBack: true,
        ask: async (ending) => {
          await untilAborted(ending).catch(() => undefined);
          controller.abort(REASON);
          throw named('AbortPromptError');
        },
      });
      if (isEscFirst) stdin.write(ESC);
      else controller.abort(REASON);
      await expect(response).rejects.toBe(REASON);
    },
  );

  test('rethrows other errors', async () => {
    const { response } = start({ ask: () => Promise.reject(new TypeError('broken')) });
    await expect(response).rejects.toThrow('broken');
  });
});

test.each([
  ['ExitPromptError', { code: 'INTERRUPTED', message: 'Canceled.' }],
  ['AbortPromptError', { code: 'INTERRUPTED', message: 'Canceled.' }],
  ['TypeError', { name: 'TypeError' }],
])('converts %s of a prompt', (name, expected) => {
  expect(asInterruption(named(name), new AbortController().signal)).toMatchObject(expected);
  expect(asInterruption(named(name), AbortSignal.abort(REASON))).toBe(REASON);
  // Other reasons are not from the program.
  expect(asInterruption(named(name), AbortSignal.abort(new Error('other')))).toMatchObject(expected);
});

describe('a canceled prompt', () => {
  const { signal } = new AbortController();
  const canceled = new ExpectedError('INTERRUPTED', 'Canceled.');

  test('rejects with the message of the command', async () => {
    expect(await orCanceled('Nothing was done.', signal, async () => 1)).toBe(1);
    await expect(
      orCanceled('Nothing was done.', signal, () => Promise.reject(canceled)),
    ).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: 'Nothing was done.',
      cause: canceled,
    });
  });

  test('keeps its error after a signal, and rethrows other errors', async () => {
    await expect(
      orCanceled('Nothing was done.', AbortSignal.abort(REASON), () => Promise.reject(canceled)),
    ).rejects.toBe(canceled);
    const refused = new ExpectedError('AUTH', 'rejected');
    await expect(orCanceled('Nothing was done.', signal, () => Promise.reject(refused))).rejects.toBe(
      refused,
    );
  });
});
