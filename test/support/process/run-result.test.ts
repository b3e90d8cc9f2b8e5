import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CANARY_TOKEN } from './canary.ts';
import { makePlace } from './run-place.ts';
import { assertInvariants, assertJsonDocument, assertPlainText, type RunResult } from './run-result.ts';

function resultOf(fields: Partial<RunResult> & { stdout?: string } = {}): RunResult {
  const stdout = fields.stdout ?? '';
  return {
    ...makePlace(),
    exitCode: 0,
    stderr: '',
    json: {},
    requests: [],
    stdoutBytes: Buffer.from(stdout),
    stdout,
    ...fields,
  };
}

test('accepts an ordinary run', () => {
  const result = resultOf({ stdout: 'id\tready\n', stderr: 'hint: look at this\n' });
  expect(() => {
    assertInvariants(result, {});
    assertPlainText(result, {});
    assertJsonDocument(['list'], result, {});
  }).not.toThrow();
});

test('rejects a secret in either stream and in files other than the credential store', () => {
  expect(() => assertInvariants(resultOf({ stdout: CANARY_TOKEN }), {})).toThrow('standard output');
  expect(() => assertInvariants(resultOf({ stderr: CANARY_TOKEN }), {})).toThrow('standard error');
  expect(() =>
    assertInvariants(resultOf({ stderr: 'other-secret-0001' }), { secrets: ['other-secret-0001'] }),
  ).toThrow('standard error');
  const inWork = resultOf();
  writeFileSync(join(inWork.cwd, 'journal'), CANARY_TOKEN);
  expect(() => assertInvariants(inWork, {})).toThrow('journal');
  const inStore = resultOf();
  mkdirSync(inStore.configDir);
  writeFileSync(join(inStore.configDir, 'credentials.json'), CANARY_TOKEN);
  assertInvariants(inStore, {});
  writeFileSync(join(inStore.configDir, 'config.json'), CANARY_TOKEN);
  expect(() => assertInvariants(inStore, {})).toThrow('config.json');
});

test('rejects a stack, exit code 70, and new files in the home folder', () => {
  const stack = 'Error: x\n    at run (file:///src/main.ts:1:2)\n';
  expect(() => assertInvariants(resultOf({ stderr: stack }), {})).toThrow('has a stack');
  expect(() => assertInvariants(resultOf({ exitCode: 70 }), {})).toThrow('a bug');
  assertInvariants(resultOf({ exitCode: 70 }), { mayBeBug: true });
  const dirty = resultOf();
  writeFileSync(join(dirty.home, '.stray'), '');
  expect(() => assertInvariants(dirty, {})).toThrow('.stray');
});

test.each(['\x1b[31m', '\r', '\0', '\x7f', '\u009b', '\u202e', '\u2066', '\u061c'])(
  'rejects %j on a stream that is not a terminal',
  (text) => {
    expect(() => assertPlainText(resultOf({ stdout: text }), {})).toThrow('standard output has U+');
    expect(() => assertPlainText(resultOf({ stderr: `a${text}` }), {})).toThrow('standard error has U+');
    assertPlainText(resultOf({ stdout: text }), { isOutputData: true });
  },
);

test('requires one document with --json, with the exit code after a failure', () => {
  const check = (stdout: string, exitCode: number) =>
    assertJsonDocument(['list', '--json'], resultOf({ stdout, exitCode }), {});
  check('{"items":[]}\n', 0);
  check('{"error":{"exitCode":3}}', 3);
  expect(() => check('', 0)).toThrow('not one JSON document');
  expect(() => check('{}{}', 0)).toThrow('not one JSON document');
  expect(() => check('{"items":[]}', 3)).toThrow('does not name the exit code');
  expect(() => check('{"error":{"exitCode":4}}', 3)).toThrow('does not name the exit code');
  expect(() => check('{"error":{"exitCode":3}}', 0)).toThrow('a success whose document has an error');
  assertJsonDocument(['sandbox', '--', 'x', '--json'], resultOf(), {});
});
