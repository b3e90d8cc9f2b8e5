import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../../src/errors.ts';
import { openInput } from '../../support/process/streams.ts';
import { makeTerminal } from '../make-terminal.ts';

const failure = (expected: Partial<ExpectedError>) =>
  expect.objectContaining<Partial<ExpectedError>>(expected);

describe('confirm', () => {
  test.each([
    ['not a terminal', {}],
    ['--no-input is set', { isTTY: true, noInput: true }],
    ['CI or AI_AGENT is set', { isTTY: true, env: { CI: 'true' } }],
  ])('fails and suggests --yes: %s', async (reason, options) => {
    const { terminal, stdout, stderr } = makeTerminal(options);
    await expect(terminal.confirm('Delete 3 packages?', new AbortController().signal)).rejects.toThrow(
      failure({
        code: 'USAGE',
        message: `cannot prompt: ${reason}`,
        details: { hint: 'to continue without confirmation, use --yes' },
      }),
    );
    expect([stdout.text(), stderr.text()]).toEqual(['', '']);
  });

  test.each([{}, { TERM: 'dumb' }])('rejects with the reason of the signal with %j', async (env) => {
    const reason = new ExpectedError('INTERRUPTED', 'SIGTERM', { exitCode: 143 });
    const abort = new AbortController();
    const { terminal, stdout } = makeTerminal({ isTTY: true, env });
    const answer = terminal.confirm('Delete?', abort.signal);
    abort.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(stdout.text()).toBe('');
  });

  test('fails with INTERRUPTED at the end of input', async () => {
    const stdin = openInput({ isTTY: true });
    const { terminal } = makeTerminal({ isTTY: true, stdin });
    const answer = terminal.confirm('Delete?', new AbortController().signal);
    stdin.end();
    await expect(answer).rejects.toThrow(failure({ code: 'INTERRUPTED', exitCode: 130 }));
  });

  test('leaves no listeners on stdin', async () => {
    const stdin = openInput({ isTTY: true });
    const { terminal } = makeTerminal({ isTTY: true, stdin, env: { TERM: 'dumb' } });
    const before = stdin.listenerCount('keypress');
    const answer = terminal.confirm('Delete?', new AbortController().signal);
    stdin.write('y\n');
    expect(await answer).toBe(true);
    expect(stdin.listenerCount('keypress')).toBe(before);
  });
});
