import { expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { runBinary } from '../../support/process/run-binary.ts';

const LIMITED = ['sh', '-c', 'ulimit -v 6000000; exec "$@"', 'sh'];

test.skipIf(process.platform !== 'linux')(
  'case 123: reports a limit on address space with a hint that works',
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

test.skipIf(process.platform !== 'linux')(
  'case 123: detects a limit on address space once, not for each of 200 packages',
  async () => {
    const api = await startApi();
    const ids = Array.from({ length: 200 }, (_, index) => `missing-${index}`);
    const run = await runBinary(['fetch', ...ids, '--json'], { api, wrapper: LIMITED, deadlineMs: 20_000 });
    expect(run).toMatchObject({ exitCode: 2, requests: [] });
    expect(
      new Set((run.json['results'] as { error: { code: string } }[]).map(({ error }) => error.code)),
    ).toEqual(new Set(['CONFIG']));
  },
);
