import { appendFileSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { asFlags, singleTraits } from './combinations.ts';
import { runMainJob } from './job.ts';

test('singles', { timeout: 600_000 }, async () => {
  writeFileSync('/tmp/singles.txt', '');
  for (const traits of singleTraits()) {
    const problems = await runMainJob(traits).catch((e) => [{ kind: 'crash', step: '?', detail: String(e) }]);
    for (const p of problems)
      appendFileSync(
        '/tmp/singles.txt',
        `${asFlags(traits)} | ${p.kind} | ${p.step} | ${p.detail.replaceAll('\n', ' ').slice(0, 200)}\n`,
      );
  }
});
