import { expect, test } from 'vitest';
import { runInPty } from './pty.ts';

test('returns the whole output of a program that has ended before the test reads it', async () => {
  const script = "process.stdout.write('x'.repeat(20_000) + 'end')";
  const run = runInPty({ command: process.execPath, args: ['-e', script] });
  const blockedUntilMs = performance.now() + 1_000;
  while (performance.now() < blockedUntilMs);
  await run.exited;
  expect(run.raw()).toHaveLength(20_003);
});
