import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runBinary, startBinary } from '../../support/process/run-binary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { listTree } from '../../support/temp-folder.ts';

const MIB = 2 ** 20;
const object = makeZipObject(3 * MIB);
/** A parent that never reaps its children, like some programs that run as process 1 of a container. */
const NEVER_REAPS = ['sh', '-c', '"$@" & exec sleep 60', 'sh'];

test.runIf(process.platform === 'linux').each([
  ['a download', ['-o', 'object.zip'], 'object.zip.part', ['object.zip']],
  ['unpacking', ['-x', '-D', '.'], /^\.streamdiver-dl-/, ['media', 'media/clip.bin']],
] as const)(
  'case 122: the next run takes over %s that was killed but not reaped by its parent',
  async (_name, flags, underWay, files) => {
    const args = ['fetch', PACKAGE_ID, ...flags];
    const api = await startApi({ files: { one: object } });
    api.script('GET /v2/downloads/file/{id}', (request, reply) => {
      const isDirectory = request.headers.get('range')?.startsWith('bytes=-') === true;
      return reply.file(object, isDirectory ? {} : { cutAtByte: MIB, cutBy: 'stall' });
    });
    const place = makePlace();
    const parent = startBinary(args, { api, place, wrapper: NEVER_REAPS });
    while (!readdirSync(place.cwd).some((name) => name.match(underWay))) await delay(10);
    const pid = childOf(parent.pid);
    process.kill(pid, 'SIGKILL');
    while (!isZombie(pid)) await delay(10);

    api.script('GET /v2/downloads/file/{id}', (_request, reply) => reply.file(object));
    const next = await runBinary(args, { api, place });
    expect(isZombie(pid)).toBe(true);
    parent.kill('SIGKILL');
    await parent.result;
    expect(next.exitCode, next.stderr).toBe(0);
    expect(listTree(place.cwd).map(({ path }) => path)).toEqual(files);
  },
);

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
}

function isZombie(pid: number): boolean {
  return /^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
