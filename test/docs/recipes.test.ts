import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  makeShellPlace,
  runInSandbox,
  type ShellPlace,
  type ShellRun,
} from '../support/process/shell-place.ts';
import { makeActionPlace, runAction } from '../support/run-action.ts';
import { type CodeBlock, codeBlocks } from './code-blocks.ts';

const MISSING = ['jq', 'unzip', 'sh'].filter((program) => spawnSync(program, ['--help']).error !== undefined);
const CI = codeBlocks('docs/ci.md');
const SCRIPTING = codeBlocks('docs/scripting.md').filter(({ language }) => language === 'sh');

/** The expected output of some recipes, by a part of their code. */
const PROMISED: readonly (readonly [text: string, output: RegExp])[] = [
  ['--type video --all', /^([0-9a-f-]{36}\n){3,}$/],
  ['fetch no-such-package', /^NOT_FOUND \(exit code 3\): no package/],
  ['nor-this-one', /^no-such-package not-found\nnor-this-one not-found\n$/],
  ['.results[].outcome', /^extracted\nskipped\n$/],
  ['--dry-run', /"some-id"/],
  ['--from-file', /^ready\n$/],
  // One ID and its paths, then the lines of the record.
  ['nightly/record', /^[^/\n]+\n(?:\/[^\n]+\n)+(?:[^/\n][^\n]*\t\d+\n)+$/],
  ['--progress json', /verified\n$/],
  ['--exit-status', /^no such package\n$/],
];

function blockWith(blocks: readonly CodeBlock[], text: string): CodeBlock {
  const found = blocks.find(({ code }) => code.includes(text));
  if (found === undefined) throw new Error(`no block has ${text}`);
  return found;
}

/** Runs a script against its own sandbox. */
function runScript(script: string, place: ShellPlace): ShellRun {
  return runInSandbox(['sh', '-euc', script], place);
}

describe.skipIf(MISSING.length > 0)(
  `recipes${MISSING.length > 0 ? ` (not installed here: ${MISSING.join(', ')})` : ''}`,
  () => {
    test.each(SCRIPTING.map((block) => [`${block.file}:${block.line}`, block] as const))(
      '%s runs against the sandbox',
      (_name, { code }) => {
        const run = runScript(code, makeShellPlace());
        expect(run).toMatchObject({ status: 0 });
        expect(run.stderr).not.toMatch(/jq: |sh: |parse error/);
        const [, promised = /^/] = PROMISED.find(([text]) => code.includes(text)) ?? [];
        expect(run.stdout).toMatch(promised);
      },
    );

    test('new transcripts: downloads all, then nothing even if files were removed', () => {
      const place = makeShellPlace();
      const { code } = blockWith(CI, 'streamdiver-dl transcripts --all --as srt,txt -D transcripts');
      const run = runScript(`${code}\nrm transcripts/*.srt\n${code}`, place);
      expect(run).toMatchObject({ status: 0 });
      expect(run.stdout.trimEnd().split('\n')).toHaveLength(18);
      expect(run.stderr).toContain('Nothing new (18 recorded).');
      const files = readdirSync(join(place.cwd, 'transcripts'));
      expect(files.filter((file) => file.endsWith('.txt'))).toHaveLength(9);
      expect(files.filter((file) => !/\.(txt|ndjson)$/.test(file))).toEqual([]);
    });

    test('new media: downloads packages and deletes them, then downloads nothing', () => {
      const place = makeShellPlace();
      const { code } = blockWith(CI, 'streamdiver-dl create --all --fetch');
      const run = runScript(`${code}\n${code}\nstreamdiver-dl list --format id -q > left`, place);
      expect(run).toMatchObject({ status: 0 });
      expect(run.stderr).toMatch(/Nothing new \(\d+ recorded\)\./);
      expect(readFileSync(join(place.cwd, 'left'), 'utf8')).toBe('');
    });

    test('GitHub Actions and GitLab: the YAML is valid, and its steps run and keep the record', () => {
      interface Step {
        readonly run?: string;
        readonly uses?: string;
        readonly if?: string;
        readonly with?: Readonly<Record<string, string>>;
      }
      interface Job {
        readonly script: readonly string[];
        readonly cache: { readonly paths: readonly string[]; readonly when: string };
        readonly artifacts: { readonly when: string };
      }
      const documents = CI.filter(({ language }) => language === 'yaml').map(({ code }) => parse(code));
      const { steps } = (documents[0] as { jobs: { transcripts: { steps: readonly Step[] } } }).jobs
        .transcripts;
      const { transcripts: gitlab } = documents[1] as { transcripts: Job };
      const inputs = steps.find(({ uses }) => uses === 'OWNER/streamdiver-dl@VERSION')?.with ?? {};
      const [line = ''] = gitlab.script;
      const kept = [
        ...steps.filter(({ uses }) => uses?.startsWith('actions/cache/')).map((step) => step.with?.['path']),
        ...gitlab.cache.paths,
      ];
      expect(kept).toEqual(['record.ndjson', 'record.ndjson', 'record.ndjson']);
      expect(steps.filter((step) => step.if === 'always()')).toHaveLength(2);
      expect([gitlab.cache.when, gitlab.artifacts.when]).toEqual(['always', 'always']);
      const command = line.replace('npx --yes ', '');
      const place = makeShellPlace();
      const run = runScript(`${command}\nrm -r transcripts\n${command}`, place);
      expect(run).toMatchObject({ status: 0 });
      expect(run.stdout.trimEnd().split('\n')).toHaveLength(18);
      expect(existsSync(join(place.cwd, 'record.ndjson'))).toBe(true);
      const actionPlace = makeActionPlace();
      const first = runAction(inputs, { place: actionPlace });
      expect(first.outputs['paths']?.split('\n')).toHaveLength(18);
      rmSync(join(actionPlace.cwd, 'transcripts'), { recursive: true });
      expect(runAction(inputs, { place: actionPlace })).toMatchObject({ status: 0, outputs: { paths: '' } });
      expect(existsSync(join(actionPlace.cwd, 'record.ndjson'))).toBe(true);
    });

    test('cron: the line runs', () => {
      const place = makeShellPlace();
      const line = blockWith(CI, 'crontab').code.split('\n')[1]?.replace('17 4 * * * ', '') ?? '';
      // The sandbox provides the token; this creates the file that the cron line reads.
      expect(
        runScript(`printf %s "$STREAMDIVER_TOKEN" > $HOME/.streamdiver-token; ${line}`, place),
      ).toMatchObject({
        status: 0,
      });
      expect(existsSync(join(place.home, 'transcripts.log'))).toBe(true);
      expect(readdirSync(join(place.home, 'transcripts'))).toHaveLength(10);
    });

    test('with patience: stops at a permanent failure and succeeds otherwise', () => {
      const { code } = blockWith(CI, 'fetch-with-patience');
      const place = makeShellPlace();
      writeFileSync(join(place.cwd, 'patience.sh'), code);
      expect(runScript('sh patience.sh no-such-package out', place)).toMatchObject({ status: 3 });
      const script = `
        id=$(streamdiver-dl create -m $(streamdiver-dl media list -L 1 --format id -q) -q)
        sh patience.sh $id out`;
      expect(runScript(script, place)).toMatchObject({ status: 0 });
      expect(readdirSync(join(place.cwd, 'out'))).toHaveLength(1);
    });

    test('without an account: the commands run unchanged', () => {
      const place = makeShellPlace();
      const { code } = blockWith(CI, 'out-again');
      const run = spawnSync('sh', ['-euc', code], { ...place, encoding: 'utf8', timeout: 60_000 });
      expect(run).toMatchObject({ status: 0 });
      expect(readdirSync(join(place.cwd, 'out-again')).length).toBeGreaterThan(0);
    });
  },
);
