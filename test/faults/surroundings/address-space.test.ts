import { expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { runBinary } from '../../support/process/run-binary.ts';

const LIMITED = ['sh', '-c', 'ulimit -v 6000000; exec "$@"', 'sh'];

test.skipIf(process.platform !== 'linux')(
  'case 123: a limit on address space is named, with what helps',
  async () => {
    const api = await startApi();
    const run = await runBinary(['list', '--json'], { api, wrapper: LIMITED });
    expect(run).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'CONFIG', hint: expect.stringContaining('--disable-wasm-trap-handler') } },
    });
    expect(run.stderr).not.toContain('trying again');

    const env = { NODE_OPTIONS: '--disable-wasm-trap-handler' };
    expect(await runBinary(['list', '--json'], { api, wrapper: LIMITED, env })).toMatchObject({
      exitCode: 0,
    });
  },
);
