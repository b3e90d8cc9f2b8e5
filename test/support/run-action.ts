import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import {
  makeShellPlace,
  runInSandbox,
  runShell,
  type ShellPlace,
  type ShellRun,
} from './process/shell-place.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const ACTION_TEXT = readFileSync(join(ROOT, 'action.yml'), 'utf8');

interface ActionStep {
  readonly id: string;
  readonly shell: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] };
}

export const ACTION: Action = parse(ACTION_TEXT);

/** How GitHub runs a step with `shell: bash`. */
const BASH = ['bash', '--noprofile', '--norc', '-eo', 'pipefail'];

/** Saves its arguments, then runs this program instead of a package. */
const NPX = `printf '%s\\n' "$@" > "$HOME/npx-arguments"
[ "$1" = --yes ] || exit 99
shift 2
exec streamdiver-dl "$@"`;

export interface ActionRun extends ShellRun {
  readonly place: ShellPlace;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The arguments of npx; null if it was not called. */
  readonly npxArguments: readonly string[] | null;
}

export interface ActionRunOptions {
  readonly place?: ShellPlace;
  /** Null runs without a sandbox. */
  readonly sandboxFlags?: readonly string[] | null;
}

export function makeActionPlace(): ShellPlace {
  return makeShellPlace({ npx: NPX });
}

/** Runs the steps of action.yml as GitHub does, against a sandbox. */
export function runAction(
  inputs: Readonly<Record<string, string>>,
  { place = makeActionPlace(), sandboxFlags = [] }: ActionRunOptions = {},
): ActionRun {
  const file = (name: string) => join(place.temp, name);
  for (const name of ['output', 'summary']) writeFileSync(file(name), '');
  const given: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default ?? ''])),
    ...inputs,
  };
  const [step] = ACTION.runs.steps;
  if (step === undefined || ACTION.runs.steps.length > 1) throw new Error('expected one step');
  if (step.shell !== 'bash') throw new Error(`cannot run a step in ${step.shell}`);
  writeFileSync(file('step.sh'), step.run);
  const env = {
    ...place.env,
    ...Object.fromEntries(Object.entries(step.env).map(([name, value]) => [name, evaluate(value, given)])),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION_PATH: ROOT,
    GITHUB_OUTPUT: file('output'),
    GITHUB_STEP_SUMMARY: file('summary'),
    GITHUB_WORKSPACE: place.cwd,
    RUNNER_TEMP: place.temp,
  };
  const command = [...BASH, file('step.sh')];
  const shellPlace = { cwd: place.cwd, env };
  const run =
    sandboxFlags === null ? runShell(command, shellPlace) : runInSandbox(command, shellPlace, sandboxFlags);
  const steps = { [step.id]: readOutputs(readFileSync(file('output'), 'utf8')) };
  const npxFile = join(place.home, 'npx-arguments');
  return {
    ...run,
    place,
    outputs: Object.fromEntries(
      Object.entries(ACTION.outputs).map(([name, { value }]) => [name, outputOf(value, steps)]),
    ),
    summary: readFileSync(file('summary'), 'utf8'),
    npxArguments: existsSync(npxFile) ? readFileSync(npxFile, 'utf8').trimEnd().split('\n') : null,
  };
}

/** Supports only `${{ inputs.NAME }}`. */
function evaluate(value: string, inputs: Readonly<Record<string, string>>): string {
  const name = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1] ?? '';
  const input = inputs[name];
  if (input === undefined) throw new Error(`cannot evaluate ${value}`);
  return input;
}

/** Supports only `${{ steps.ID.outputs.NAME }}`; an unset output is empty. */
function outputOf(value: string, steps: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const [, id = '', name = ''] = /^\$\{\{ steps\.([\w-]+)\.outputs\.([\w-]+) \}\}$/.exec(value) ?? [];
  const outputs = steps[id];
  if (outputs === undefined) throw new Error(`cannot evaluate ${value}`);
  return outputs[name] ?? '';
}

/** Parses `NAME<<DELIMITER` as the runner does. */
function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 1) {
    const [, name, delimiter] = /^([^<=]+)<<(.+)$/.exec(lines.shift() ?? '') ?? [];
    const end = lines.findIndex((line) => line === delimiter);
    if (name === undefined || end === -1) throw new Error(`GITHUB_OUTPUT cannot be read: ${text}`);
    outputs[name] = lines.slice(0, end).join('\n');
    lines.splice(0, end + 1);
  }
  return outputs;
}
