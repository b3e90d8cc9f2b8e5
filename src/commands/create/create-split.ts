import { type Package, packageDocument } from '../../api/package.ts';
import type { CreateDownloadBody } from '../../api/wire.ts';
import type { Context } from '../../context.ts';
import { ExpectedError } from '../../errors.ts';
import type { FetchRequest } from '../../fetch/fetch-packages.ts';
import type { CreateMemory } from '../../fetch/fetch-record.ts';
import type { FetchResult } from '../../fetch/fetch-result.ts';
import type { CreateFlags } from '../../flags/create-flags.ts';
import type { WaitFlags } from '../../flags/wait-flags.ts';
import { batchError, type Failure } from '../../output/batch-error.ts';
import type { JsonObject } from '../../parse/json.ts';
import { counted } from '../../terminal/text/format.ts';
import { PROGRAM } from '../../version.ts';
import { waitForPackage } from '../../wait/wait-for-package.ts';
import { explainAmbiguousCreate } from './ambiguous-create.ts';
import { explainMissingMedia } from './missing-media.ts';

/**
 * Creates several packages in sequence and prints each ID immediately; then waits for them and fetches them. A failed
 * create stops the sequence, but the packages created before are still waited for and fetched.
 * @throws the failure of a create, otherwise that of waiting or fetching; its document contains all packages
 */
export async function createSplit(
  bodies: readonly CreateDownloadBody[],
  flags: Pick<CreateFlags, 'wait' | 'fetch'>,
  memory: Pick<CreateMemory, 'recordingOf'> | null,
  context: Context,
): Promise<JsonObject> {
  const { io } = context;
  const created: Package[] = [];
  const failure = await createAll(bodies, created, context);
  const bodyOf = (packageId: string) => bodies[created.findIndex(({ id }) => id === packageId)] ?? {};
  const recording = memory?.recordingOf(bodyOf) ?? null;
  const total = counted(bodies.length, 'package');
  io.info(`${failure === null ? total : `${created.length} of ${total}`} created.`);
  let items: readonly Package[] = created;
  let results: unknown = [];
  let laterFailure: unknown = null;
  try {
    if (created.length > 0 && flags.wait !== null) {
      if (flags.fetch !== null) {
        const request = { wait: flags.wait, fetch: flags.fetch, isJustCreated: true, recording };
        results = await fetchAll(created, request, context);
      } else items = await waitForAll(created, flags.wait, context);
    }
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    laterFailure = error;
    results = error.details.document?.['results'] ?? [];
  }
  io.endProgress();
  const document = {
    items: items.map(packageDocument),
    count: items.length,
    truncated: failure !== null,
    results,
  };
  if (failure !== null && laterFailure instanceof ExpectedError) io.error(laterFailure.message);
  const thrown = failure ?? laterFailure;
  if (thrown instanceof ExpectedError) throw thrown.with({ document });
  if (thrown !== null) throw thrown;
  if (io.format === 'json') io.json(document);
  return document;
}

/** @returns the failure that stopped the sequence */
async function createAll(
  bodies: readonly CreateDownloadBody[],
  created: Package[],
  context: Context,
): Promise<unknown> {
  const { api, io, clock, signal } = context;
  for (const body of bodies) {
    const startedMs = clock.now();
    try {
      const item = await api.createDownload(body, signal);
      created.push(item);
      if (io.format !== 'json') io.line(item.id);
    } catch (error) {
      const explained = await explainMissingMedia(error, body.selectedMediaIds ?? [], context);
      return await explainAmbiguousCreate(explained, { title: body.title ?? null, startedMs }, context);
    }
  }
  return null;
}

async function fetchAll(
  created: readonly Package[],
  request: Omit<FetchRequest, 'known'>,
  context: Context,
): Promise<readonly FetchResult[]> {
  const { fetchPackages } = await import('../../fetch/fetch-packages.ts');
  const known = created.filter(({ state, files }) => state === 'ready' && files.length > 0);
  const ids = created.map(({ id }) => id);
  return await fetchPackages(ids, { ...request, known }, context);
}

async function waitForAll(
  created: readonly Package[],
  wait: WaitFlags,
  context: Context,
): Promise<readonly Package[]> {
  const failures: Failure[] = [];
  const items = await Promise.all(
    created.map(async (item) => {
      try {
        const next = [PROGRAM, 'status', item.id, '--wait'];
        return await waitForPackage(item.id, { wait, isJustCreated: true, next }, context);
      } catch (error) {
        if (!(error instanceof ExpectedError)) throw error;
        failures.push({ id: item.id, error });
        return item;
      }
    }),
  );
  if (failures.length > 0) throw batchError(failures, created.length, {});
  return items;
}
