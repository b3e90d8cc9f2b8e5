import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { makeEnv, makePlace, type RunPlace } from '../support/process/run-place.ts';
import { type CodeBlock, codeBlocks } from './code-blocks.ts';

const BINARY = fileURLToPath(new URL('../../bin/streamdiver-dl.js', import.meta.url));
const SCRIPT = 'yesterdays-transcripts.sh';
/** A day on which the built-in library of the sandbox got a medium with transcripts. */
const DAY = '2025-01-07';

const MISSING = ['jq', 'unzip', 'sh'].filter((program) => spawnSync(program, ['--help']).error !== undefined);
const CI = codeBlocks('docs/ci.md');
const SCRIPTING = codeBlocks('docs/scripting.md').filter(({ language }) => language === 'sh');

/** What some of the recipes print, by a word of theirs. */
const PROMISED: readonly (readonly [text: string, output: RegExp])[] = [
  ['--type video --all', /^([0-9a-f-]{36}\n){3,}$/],
  ['fetch no-such-package', /^NOT_FOUND \(exit code 3\): no package/],
  ['nor-this-one', /^no-such-package not-found\nnor-this-one not-found\n$/],
  ['.results[].outcome', /^extracted\nskipped\n$/],
  ['--dry-run', /"some-id"/],
  ['--from-file', /^ready\n$/],
  ['--progress json', /verified\n$/],
  ['--exit-status', /^no such package\n$/],
];

/** A folder where `streamdiver-dl` is this program, with the script of docs/ci.md in it. */
function makeShellPlace(): RunPlace & { readonly env: Record<string, string> } {
  const place = makePlace();
  const bin = join(place.temp, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'streamdiver-dl'), `#!/bin/sh\nexec "${process.execPath}" "${BINARY}" "$@"\n`);
  chmodSync(join(bin, 'streamdiver-dl'), 0o755);
  writeFileSync(join(place.cwd, SCRIPT), blockWith(CI, '# Usage: yesterdays').code);
  const env = makeEnv(place, { token: null });
  return { ...place, env: { ...env, PATH: `${bin}:${env['PATH']}`, PAUSE: '0' } };
}

function blockWith(blocks: readonly CodeBlock[], text: string): CodeBlock {
  const found = blocks.find(({ code }) => code.includes(text));
  if (found === undefined) throw new Error(`no block has ${text}`);
  return found;
}

/** Runs a script against a sandbox of its own. */
function runInSandbox(
  script: string,
  { cwd, env }: ReturnType<typeof makeShellPlace>,
  ...words: string[]
): { status: number | null; stdout: string; stderr: string } {
  const line = ['sandbox', '--prepare', '0', '--', 'sh', '-euc', script, 'sh', ...words];
  const run = spawnSync('streamdiver-dl', line, { cwd, env, encoding: 'utf8', timeout: 60_000 });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

describe.skipIf(MISSING.length > 0)(
  `recipes${MISSING.length > 0 ? ` (not installed here: ${MISSING.join(', ')})` : ''}`,
  () => {
    test.each(SCRIPTING.map((block) => [`${block.file}:${block.line}`, block] as const))(
      '%s runs against the sandbox',
      (_name, { code }) => {
        const run = runInSandbox(code, makeShellPlace());
        expect(run).toMatchObject({ status: 0 });
        expect(run.stderr).not.toMatch(/jq: |sh: |parse error/);
        const [, promised = /^/] = PROMISED.find(([text]) => code.includes(text)) ?? [];
        expect(run.stdout).toMatch(promised);
      },
    );

    test("yesterday's transcripts: brings them, removes the package, and twice brings nothing twice", () => {
      const place = makeShellPlace();
      const run = runInSandbox(
        `sh ${SCRIPT} ${DAY} out; sh ${SCRIPT} ${DAY} out; streamdiver-dl list --format id -q > left`,
        place,
      );
      expect(run).toMatchObject({ status: 0 });
      const files = readdirSync(join(place.cwd, 'out'), { recursive: true, encoding: 'utf8' });
      expect(files.filter((file) => file.endsWith('.srt')).length).toBeGreaterThan(1);
      expect(files.filter((file) => /\.(mp4|part|zip)/.test(file))).toEqual([]);
      expect(readFileSync(join(place.cwd, 'left'), 'utf8')).toBe('');
    });

    test("yesterday's transcripts: a day without any is no failure", () => {
      const run = runInSandbox(`sh ${SCRIPT}`, makeShellPlace());
      expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(/^nothing new on \d{4}-/) });
    });

    test('GitHub Actions and GitLab: the documents are YAML, and their own steps run', () => {
      const [github, gitlab] = CI.filter(({ language }) => language === 'yaml').map(
        ({ code }) => parse(code) as Record<string, { script?: string[]; transcripts?: unknown }>,
      );
      const steps = (
        parse(CI.find(({ code }) => code.includes('runs-on'))?.code ?? '') as {
          jobs: { transcripts: { steps: { run?: string }[] } };
        }
      ).jobs.transcripts.steps;
      const lines = [...steps.map(({ run }) => run ?? ''), ...(gitlab?.['transcripts']?.script ?? [])];
      const own = lines.filter((line) => line.includes(SCRIPT));
      expect(github).toHaveProperty('jobs');
      expect(own).toHaveLength(2);
      for (const line of own) expect(runInSandbox(line, makeShellPlace())).toMatchObject({ status: 0 });
    });

    test('cron: the line runs the script', () => {
      const place = makeShellPlace();
      const line = blockWith(CI, 'crontab').code.split('\n')[1]?.replace('17 4 * * * ', '') ?? '';
      mkdirSync(join(place.home, 'bin'));
      execFileSync('cp', [join(place.cwd, SCRIPT), join(place.home, 'bin')]);
      chmodSync(join(place.home, 'bin', SCRIPT), 0o755);
      // The sandbox gives the token itself; the file is there as cron's line says.
      expect(
        runInSandbox(`printf %s "$STREAMDIVER_TOKEN" > $HOME/.streamdiver-token; ${line}`, place),
      ).toMatchObject({
        status: 0,
      });
      expect(existsSync(join(place.home, 'transcripts.log'))).toBe(true);
    });

    test('with patience: gives up on what does not pass, repeats what may', () => {
      const { code } = blockWith(CI, 'fetch-with-patience');
      const place = makeShellPlace();
      writeFileSync(join(place.cwd, 'patience.sh'), code);
      expect(runInSandbox('sh patience.sh no-such-package out', place)).toMatchObject({ status: 3 });
      const script = `
        id=$(streamdiver-dl create -m $(streamdiver-dl media list -L 1 --format id -q) -q)
        sh patience.sh $id out`;
      expect(runInSandbox(script, place)).toMatchObject({ status: 0 });
      expect(readdirSync(join(place.cwd, 'out'))).toHaveLength(1);
    });

    test('without an account: the lines run as they are', () => {
      const place = makeShellPlace();
      const { code } = blockWith(CI, 'out-again');
      const run = spawnSync('sh', ['-euc', code], { ...place, encoding: 'utf8', timeout: 60_000 });
      expect(run).toMatchObject({ status: 0 });
      expect(readdirSync(join(place.cwd, 'out-again')).length).toBeGreaterThan(0);
    });
  },
);
