import { basename } from 'node:path';
import { listTree } from '../temp-folder.ts';
import { assertNoSecret, assertNoSecretInFiles } from './canary.ts';
import { type RunApi, type RunOptions, type RunPlace, secretsOf } from './run-place.ts';

export interface RunResult extends RunPlace {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
  /** The document on standard output if `--json` is an argument, otherwise empty. */
  readonly json: JsonDocument;
  /** The requests to the API, in order; empty without `api`. */
  readonly requests: RunApi['requests'];
}

export type JsonDocument = Readonly<Record<string, unknown>>;

/** Checks the invariants of every run. */
export function assertInvariants(result: RunResult, options: RunOptions): void {
  const secrets = secretsOf(options);
  const isStore = options.mayHoldSecret ?? ((path: string) => isCredentialStore(path, result));
  assertNoSecret('standard output', result.stdoutBytes, secrets);
  assertNoSecret('standard error', result.stderr, secrets);
  assertNoSecretInFiles(result.cwd, secrets, isStore);
  assertNoSecretInFiles(result.home, secrets, isStore);
  assertNoSecretInFiles(result.temp, secrets, isStore);
  assertHomeUntouched(result);
  if (options.mayBeBug !== true && result.exitCode === 70)
    broken('the program calls its failure a bug', result);
  const warning = /^\(node:\d+\) .*/m.exec(result.stderr);
  if (warning !== null) broken(`Node warns: ${warning[0]}`, result);
  if (/(^|\n)\s+at .+:\d+:\d+\)?(\n|$)|\n {4}at /.test(result.stderr)) {
    broken('standard error has a stack', result);
  }
}

/** For streams that are not terminals: they contain no control or bidi characters. */
export function assertPlainText(result: RunResult, options: RunOptions): void {
  const texts = {
    'standard error': result.stderr,
    ...(options.isOutputData ? {} : { 'standard output': result.stdout }),
  };
  for (const [name, text] of Object.entries(texts)) {
    const found = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.exec(text);
    if (found === null) continue;
    const codePoint = found[0].codePointAt(0)?.toString(16).padStart(4, '0');
    broken(`${name} has U+${codePoint} at ${found.index}`, result);
  }
}

/** With `--json`, standard output is one document, which also contains a failure. */
export function assertJsonDocument(args: readonly string[], result: RunResult, options: RunOptions): void {
  if (!asksForJson(args) || options.withoutJsonCheck || options.isOutputData) return;
  const document = parseDocument(result.stdout);
  if (document === undefined) broken('standard output is not one JSON document', result);
  const error = document['error'];
  if (result.exitCode === 0 && error !== undefined) broken('a success whose document has an error', result);
  if (result.exitCode !== 0 && (!isDocument(error) || error['exitCode'] !== result.exitCode)) {
    broken('the document does not name the exit code', result);
  }
}

export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).includes('--json');
}

export function parseDocument(text: string): JsonDocument | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return isDocument(document) ? document : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isDocument(value: unknown): value is JsonDocument {
  return typeof value === 'object' && value !== null;
}

function assertHomeUntouched(result: RunResult): void {
  const strangers = listTree(result.home).filter(
    ({ path }) => !`${result.home}/${path}/`.startsWith(`${result.configDir}/`),
  );
  if (strangers.length > 0)
    broken(`the home folder got ${strangers.map(({ path }) => path).join(', ')}`, result);
}

/** Whether the file is one of the credential store. */
export function isCredentialStore(path: string, place: RunPlace): boolean {
  return path.startsWith(`${place.configDir}/`) && /credential/i.test(basename(path));
}

export function describeRun(result: Pick<RunResult, 'stdout' | 'stderr'> & { exitCode?: number }): string {
  return `exit code ${result.exitCode ?? 'none'}\n--- stdout\n${result.stdout}\n--- stderr\n${result.stderr}\n---`;
}

/** Fails the test with a message that contains all relevant details. */
export function fail(message: string): never {
  throw new Error(message);
}

function broken(what: string, result: RunResult): never {
  return fail(`${what}
${describeRun(result)}`);
}
