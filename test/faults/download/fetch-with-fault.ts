import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { type FaultMode, type FaultOutcome, wellBehaved } from '../../support/faults/fault-mode.ts';
import { type FaultServer, startFaultServer } from '../../support/faults/fault-server.ts';
import { makeZipObject, type ServedObject } from '../../support/faults/served-object.ts';
import { assertNoCanaryElsewhere } from '../../support/process/canary.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';
import type { ProgramResult } from '../../support/process/run-program.ts';
import { describeRun, fail } from '../../support/process/run-result.ts';
import { listTree } from '../../support/temp-folder.ts';

export const OBJECT_NAME = 'object.zip';

export interface FaultScene {
  readonly api: ApiServer;
  /** The server for the file, on another origin than the API. */
  readonly storage: FaultServer;
  readonly place: RunPlace;
  readonly object: ServedObject;
  fetch(...args: readonly string[]): Promise<ProgramResult>;
  /** The file under its final name, or undefined if there is none. */
  finalBytes(): Buffer | undefined;
}

/** One ready package whose file is on a misbehaving server. Each request for the package returns another signed URL. */
export async function setScene(mode: FaultMode, object = makeZipObject(300_000)): Promise<FaultScene> {
  const storage = await startFaultServer(mode.handler(object));
  const api = await startApi();
  handOut(api, storage, object.contentType, announcedSize(mode, object));
  const place = makePlace();
  return {
    api,
    storage,
    place,
    object,
    fetch: (...args) => runCli(['fetch', PACKAGE_ID, '-o', OBJECT_NAME, '--json', ...args], { api, place }),
    finalBytes() {
      const path = join(place.cwd, OBJECT_NAME);
      return existsSync(path) ? readFileSync(path) : undefined;
    },
  };
}

/** Null means that the API omits the size. */
function announcedSize(mode: FaultMode, object: ServedObject): number | null {
  return mode.apiSizeBytes === undefined ? object.bytes.length : mode.apiSizeBytes(object);
}

export function handOut(
  api: ApiServer,
  storage: FaultServer,
  mimeType: string,
  sizeBytes: number | null,
): void {
  let signature = 0;
  api.script('GET /v2/downloads/{id}', (_request, reply) => {
    signature += 1;
    const size = sizeBytes === null ? {} : { size: sizeBytes };
    const url = `${storage.origin}/object?signature=${signature}`;
    return reply.json(200, {
      status: 'success',
      data: {
        id: PACKAGE_ID,
        status: 'ready',
        compressed: mimeType === 'application/zip',
        files: [{ url, mimeType, ...size }],
      },
    });
  });
}

/**
 * Fetches through a fault and checks the outcome of the mode. After a failure, the server behaves again, and
 * the same command must produce the right file.
 */
export async function expectFaultIsHandled(mode: FaultMode): Promise<void> {
  const scene = await setScene(mode);
  const wanted = mode.finalObject?.(scene.object) ?? scene.object;
  const run = await scene.fetch();
  expectOutcome(run, scene, mode.outcome, wanted.bytes);
  assertNoCanaryElsewhere([scene.storage], scene.api.origin);
  if (run.exitCode === 0) return;
  scene.storage.use(wellBehaved(wanted));
  handOut(scene.api, scene.storage, wanted.contentType, wanted.bytes.length);
  const again = await scene.fetch();
  if (again.exitCode !== 0 || scene.finalBytes()?.equals(wanted.bytes) !== true) {
    fail(`the rerun failed\n${describeRun(run)}\n${describeRun(again)}`);
  }
}

/** Expects one of the exit codes, and the wanted bytes after a success or no file after a failure. */
export function expectOutcome(
  run: ProgramResult,
  scene: FaultScene,
  { exitCodes }: Pick<FaultOutcome, 'exitCodes'>,
  wanted: Buffer,
): void {
  const told = describeRun(run);
  if (!exitCodes.includes(run.exitCode)) {
    fail(`expected exit code ${exitCodes.join(' or ')}\n${told}`);
  }
  const final = scene.finalBytes();
  if (run.exitCode === 0) {
    if (final?.equals(wanted) !== true) fail(`exit code 0 with wrong bytes\n${told}`);
  } else {
    if (final !== undefined) fail(`failed with a file under the final name\n${told}`);
    if (!/^error: \S/m.test(run.stderr)) fail(`no error line\n${told}`);
    if (!/^hint: \S/m.test(run.stderr)) fail(`no hint line\n${told}`);
  }
  const allowed =
    run.exitCode === 0 ? [OBJECT_NAME] : [OBJECT_NAME, `${OBJECT_NAME}.part`, `${OBJECT_NAME}.part.json`];
  const strangers = listTree(run.cwd).filter(({ path }) => !allowed.includes(path));
  if (strangers.length > 0) fail(`left behind: ${strangers.map(({ path }) => path).join(', ')}\n${told}`);
}
