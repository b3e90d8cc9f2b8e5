import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makePlace } from '../support/process/run-place.ts';

const BINARY = fileURLToPath(new URL('../../bin/streamdiver-dl.js', import.meta.url));

/** Runs a line of bash, in which `P` is the program, and returns its output. */
function bash(line: string): string {
  const { temp, home } = makePlace();
  const script = `set -o pipefail; { ${line.replaceAll('P ', `"${process.execPath}" "${BINARY}" `)}; } 2>&1; echo "exit $?"`;
  return execFileSync('bash', ['-c', script], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: temp },
  });
}

test('case 116: a pipe that closes immediately is not reported as a bug', () => {
  for (const line of [
    'P create --help',
    'P --help',
    'P --version',
    'P help exit-codes',
    'P media',
    'P completion zsh',
  ]) {
    // `true` has exited before the program starts.
    const output = bash(`${line} | true`);
    expect(output, line).not.toContain('bug');
  }
});

test('prints the version with other words or without stdout', () => {
  for (const line of ['P --version', 'P -V', 'P --json --version', 'P -V list', 'P list -V']) {
    const output = bash(line);
    expect(output, line).toMatch(/^\d+\.\d+\.\d+\nexit 0\n$/);
  }
  expect(bash('P --version >&-')).toBe('exit 0\n');
});

test.skipIf(process.platform !== 'linux')(
  'case 116: reports a disk error when help cannot be written',
  () => {
    for (const line of ['P create --help', 'P --version', 'P -V', 'P --version --json']) {
      const output = bash(`${line} >/dev/full`);
      expect([line, output]).toEqual([
        line,
        expect.stringMatching(
          /cannot write to standard output: no space left on the disk[^]*hint: [^]*exit 9\n$/,
        ),
      ]);
    }
  },
);
