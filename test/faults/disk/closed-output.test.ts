import { expect, test } from 'vitest';
import { FILE, start } from '../../commands/fetch/fetch-scene.ts';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { runBinary } from '../../support/process/run-binary.ts';

const TO_STDOUT = ['fetch', PACKAGE_ID, '-o', '-'];

/** Node replaces a closed descriptor with the null device, opened for reading and writing. */
const CASES = [
  ['closed', '>&-', TO_STDOUT, 9],
  ['the null device opened by a shell', '>/dev/null', TO_STDOUT, 0],
  ['the null device as some programs open it', '1<>/dev/null', TO_STDOUT, 9],
  ['closed, for a document', '>&-', ['status', PACKAGE_ID, '--json'], 0],
] as const;

test.runIf(process.platform === 'linux').each(CASES)(
  'case 116: handles standard output that is %s',
  async (_name, redirection, args, exitCode) => {
    const api = await start();
    const wrapper = ['bash', '-c', `exec "$@" ${redirection}`, 'bash'];
    const run = await runBinary(args, { api, wrapper, isOutputData: true });
    expect(run.exitCode).toBe(exitCode);
    if (exitCode === 0) return;
    expect(run.stderr).toContain('error: cannot write to standard output: it is closed\nhint: ');
    expect(api.requests.map(({ method, path }) => `${method} ${path}`)).not.toContain(FILE);
  },
);
