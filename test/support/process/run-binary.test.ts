import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../temp-folder.ts';
import { CANARY_TOKEN } from './canary.ts';
import { runBinary, startBinary } from './run-binary.ts';
import { makePlace } from './run-place.ts';

function script(source: string): string {
  const path = join(makeTempFolder(), 'script.mjs');
  writeFileSync(path, source);
  return path;
}

test('spawns a program with a clean environment and real pipes', async () => {
  const place = makePlace();
  const scriptPath = script(`
    let input = '';
    for await (const chunk of process.stdin) input += chunk;
    const { STREAMDIVER_TOKEN: token, ...env } = process.env;
    process.stdout.write(JSON.stringify({ input, env, hasToken: token !== undefined, cwd: process.cwd(), args: process.argv.slice(2) }));
    process.exitCode = 5;
  `);
  const result = await runBinary(['x', 'y z'], { scriptPath, place, input: 'typed', env: { CI: '1' } });
  expect(result).toMatchObject({ exitCode: 5, signal: null, stderr: '' });
  expect(JSON.parse(result.stdout)).toEqual({
    input: 'typed',
    env: {
      PATH: process.env['PATH'],
      HOME: place.home,
      TMPDIR: place.temp,
      STREAMDIVER_CONFIG_DIR: place.configDir,
      NODE_DISABLE_COMPILE_CACHE: '1',
      CI: '1',
    },
    hasToken: true,
    cwd: place.cwd,
    args: ['x', 'y z'],
  });
});

test('shows output while the program runs and kills it', async () => {
  const run = startBinary([], {
    scriptPath: script(`process.stderr.write('begun\\n'); setInterval(() => {}, 1000);`),
  });
  await run.waitFor(/begun/);
  expect(run.stderr()).toBe('begun\n');
  run.kill('SIGTERM');
  expect(await run.result).toMatchObject({ exitCode: 143, signal: 'SIGTERM', stderr: 'begun\n' });
  await expect(run.waitFor(/never/)).rejects.toThrow('ended without /never/');
});

test('kills a program after its deadline and fails', async () => {
  const run = runBinary(['slow'], {
    scriptPath: script('console.error("working"); setInterval(() => {}, 1000);'),
    deadlineMs: 3_000,
  });
  await expect(run).rejects.toThrow(/slow: killed after 3000 ms[^]*working/);
});

test('fails for a broken invariant', async () => {
  const say = (text: string) => script(`process.stdout.write(${JSON.stringify(text)})`);
  await expect(runBinary([], { scriptPath: say(CANARY_TOKEN) })).rejects.toThrow('a secret shows');
  await expect(runBinary(['--json'], { scriptPath: say('nothing') })).rejects.toThrow(
    'not one JSON document',
  );
  await expect(runBinary([], { scriptPath: script('throw new Error("x")') })).rejects.toThrow('a stack');
});
