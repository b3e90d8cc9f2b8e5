import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { formatSize } from '../../../src/parse/size.ts';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { beginPart } from '../../support/begin-part.ts';
import { diskFaultFlags } from '../../support/disk-fault.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { type BinaryRun, startBinary } from '../../support/process/run-binary.ts';
import type { RunPlace } from '../../support/process/run-place.ts';

const MIB = 1_048_576;
/** Large enough that the program fetches its end first, so that the part has a hole. */
const object = makeZipObject(40 * MIB);
const ARGS = ['fetch', PACKAGE_ID, '-o', 'object.zip', '--json', '--connections', '1', '--retries', '0'];

/** Sends the end at once, but only 3 MiB of any other range, then stalls or resets. */
async function startHalfApi(after: 'nothing' | 'reset'): Promise<ApiServer> {
  const api = await startApi({ files: { one: object } });
  api.script('GET /v2/downloads/file/{id}', async (request, reply) => {
    const { start, end } = await beginPart(request, reply, object);
    const isEnd = start >= object.bytes.length / 2;
    await reply.slowly(object.bytes.subarray(start, isEnd ? end : Math.min(end, start + 3 * MIB)), MIB, 20);
    if (isEnd || end <= start + 3 * MIB) return;
    if (after === 'reset') await reply.reset();
    else await delay(60_000, undefined, { ref: false });
  });
  return api;
}

/** The total size of the ranges in the last line of the journal. */
function notedBytes({ cwd }: RunPlace): number {
  const [head = '', ...notes] = readFileSync(join(cwd, 'object.zip.part.json'), 'utf8').trim().split('\n');
  const written: [number, number][] =
    notes.length === 0 ? JSON.parse(head).written : JSON.parse(notes.at(-1) ?? '');
  return written.reduce((sum, [start, end]) => sum + end - start, 0);
}

async function untilThereIsAHole({ place }: BinaryRun): Promise<void> {
  const size = () => statSync(join(place.cwd, 'object.zip.part'), { throwIfNoEntry: false })?.size ?? 0;
  while (size() < object.bytes.length) await delay(20);
  await delay(500);
}

test.each([
  ['Ctrl-C', 130],
  ['SIGTERM', 143],
  ['a full disk', 9],
  ['an error', 6],
] as const)(
  'after %s, reports the bytes that are saved, not the size of a part with a hole',
  async (event, exitCode) => {
    const api = await startHalfApi(event === 'an error' ? 'reset' : 'nothing');
    const fault = { call: 'write', nth: 3, effect: 'ENOSPC', pathPart: 'object.zip.part' } as const;
    const run = startBinary(ARGS, {
      api,
      deadlineMs: 60_000,
      mayHoldSecret: () => true,
      ...(event === 'a full disk' ? { nodeFlags: diskFaultFlags(fault).nodeFlags } : {}),
    });
    if (event === 'Ctrl-C' || event === 'SIGTERM') {
      await untilThereIsAHole(run);
      run.kill(event === 'SIGTERM' ? 'SIGTERM' : 'SIGINT');
    }
    const result = await run.result;
    expect(result.exitCode).toBe(exitCode);
    const keptBytes = notedBytes(run.place);
    expect(keptBytes).toBeGreaterThan(0);
    expect(keptBytes).toBeLessThan(statSync(join(run.place.cwd, 'object.zip.part')).size);
    const size = formatSize(keptBytes);
    expect(result.stderr).toContain(
      exitCode < 128 ? `; ${size} saved in ` : `. ${size} saved; rerun to resume.`,
    );
  },
  70_000,
);
