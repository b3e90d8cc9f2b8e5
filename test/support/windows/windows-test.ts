import { TestRunner } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** How often the test has started the Windows build. */
    windowsRuns?: number;
  }
}

/** Counts a start of the Windows build for the current test; the report leaves out tests without one. */
export function countRun(): void {
  const test = TestRunner.getCurrentTest();
  if (test !== undefined) test.meta.windowsRuns = (test.meta.windowsRuns ?? 0) + 1;
}

/** Skips the current test because it cannot run on Windows. */
export function skipTest(reason: string): never {
  const test = TestRunner.getCurrentTest();
  if (test === undefined) throw new Error(reason);
  return test.context.skip(reason);
}
