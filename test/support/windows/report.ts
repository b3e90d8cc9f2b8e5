import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Prints how many tests ran the program on Windows, and how many were excluded, by reason. Used only with Wine. */
export default class WindowsReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => Array.from(module.children.allTests()));
    const ran = tests.filter(
      (test) => (test.meta().windowsRuns ?? 0) > 0 && test.result().state !== 'skipped',
    );
    const failed = tests.filter((test) => test.result().state === 'failed');
    const starts = ran.reduce((sum, test) => sum + (test.meta().windowsRuns ?? 0), 0);
    const lines = [
      `${ran.length} tests ran the program on Windows (${starts} starts), ${failed.length} failed`,
      ...countReasons(tests).map(([reason, count]) => `${count} excluded: ${reason}`),
      `${tests.length - ran.length - tests.filter((test) => test.result().state === 'skipped').length} tests did not run the program`,
    ];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}

function countReasons(tests: readonly TestCase[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const test of tests) {
    const result = test.result();
    if (result.state !== 'skipped') continue;
    const reason = result.note ?? 'skipped by the test itself';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].toSorted(([, one], [, other]) => other - one);
}
