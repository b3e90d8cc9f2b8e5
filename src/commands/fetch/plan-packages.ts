import { encodeSegment } from '../../api/client.ts';
import type { Context } from '../../context.ts';
import { ExpectedError } from '../../errors.ts';
import { findRecorded } from '../../fetch/fetch-record.ts';
import { createFetchRun } from '../../fetch/fetch-run.ts';
import {
  findRoom,
  missingBytes,
  type PackagePlan,
  type PlannedFile,
  planPackage,
  sum,
} from '../../fetch/plan-fetch.ts';
import type { FetchFlags } from '../../flags/fetch-flags.ts';
import { batchError, type Failure, failureText } from '../../output/batch-error.ts';
import { dryRunDocument } from '../../output/dry-run.ts';
import { errorDocument } from '../../output/error-document.ts';
import { formatSize } from '../../parse/size.ts';
import { eachAtOnce } from '../../task-pool.ts';
import type { Column } from '../../terminal/listing/listing.ts';
import { counted, formatSizeInColumn } from '../../terminal/text/format.ts';
import { PROGRAM } from '../../version.ts';
import { waitForPackage } from '../../wait/wait-for-package.ts';

interface PlanResult extends PackagePlan {
  readonly id: string;
  /** Whether --only-new skips it. */
  readonly recorded: boolean;
  readonly error: Readonly<Record<string, unknown>> | null;
}

const NO_WAIT = { timeoutMs: 0, intervalMs: null };

/**
 * Prints what `fetch` would do: each file, the total size, and the free space. Requests each package once, and
 * writes nothing.
 * @throws ExpectedError of batchError() if any package cannot be planned; its document contains all results
 */
export async function planPackages(
  ids: readonly string[],
  flags: FetchFlags,
  context: Context,
): Promise<void> {
  const { api, io, clock } = context;
  const isRecorded = await findRecorded(flags, context);
  const run = createFetchRun(ids, flags, { recording: null, clock });
  const results: PlanResult[] = [];
  const failures: Failure[] = [];
  await eachAtOnce(ids.entries(), flags.jobs, async ([index, id]) => {
    try {
      const plan = isRecorded(id) ? NOTHING : await planOne(id);
      results[index] = { id, recorded: plan === NOTHING, ...plan, error: null };
    } catch (error) {
      if (!(error instanceof ExpectedError) || error.code === 'INTERRUPTED') throw error;
      const failure = { id, error: error.with({ id }) };
      results[index] = { id, recorded: false, ...NOTHING, error: errorDocument(failure.error) };
      failures.push(failure);
      if (ids.length > 1) io.error(failureText(failure));
    }
  });
  io.endProgress();

  const files = results.flatMap((result) => result.files);
  const totals = {
    totalBytes: sum(files.map(({ sizeBytes }) => sizeBytes)),
    transferBytes: sum(results.map(({ transferBytes }) => transferBytes)),
    freeBytes: await findRoom(flags, context.cwd),
  };
  const requests = ids.map((id) => ({
    ...api.describe('GET', `/downloads/${encodeSegment(id)}`),
    body: null,
  }));
  const document = { ...dryRunDocument(requests), results, ...totals };
  if (io.format !== 'json') {
    io.listing({
      items: files,
      columns: COLUMNS,
      document,
      itemDocument: (file) => ({ ...file }),
      emptyText: 'nothing to fetch',
    });
    printTotals(files, totals, io);
  }
  if (failures.length > 0) throw batchError(failures, ids.length, document);
  if (io.format === 'json') io.json(document);

  async function planOne(id: string): Promise<PackagePlan> {
    const next = [PROGRAM, 'status', id, '--wait'];
    const item = await waitForPackage(id, { wait: NO_WAIT, isJustCreated: false, next }, context);
    return await planPackage(item, run, context);
  }
}

const NOTHING: PackagePlan = { files: [], transferBytes: 0 };

function printTotals(
  files: readonly PlannedFile[],
  { totalBytes, transferBytes, freeBytes }: Readonly<Record<string, number | null>>,
  io: Context['io'],
): void {
  const size = (bytes: number | null | undefined) => (bytes == null ? 'unknown size' : formatSize(bytes));
  const free = freeBytes == null ? '' : `, ${formatSize(freeBytes)} free`;
  io.info(`${counted(files.length, 'file')}, ${size(totalBytes)}, ${size(transferBytes)} to transfer${free}`);
  const conflicts = files.filter(({ action }) => action === 'conflict').length;
  if (conflicts > 0) {
    io.warn(`${counted(conflicts, 'file')} in the way: use --overwrite, --skip-existing, or another folder`);
  }
  const neededBytes = sum(files.map(missingBytes));
  if (freeBytes != null && neededBytes !== null && neededBytes > freeBytes) {
    io.warn(`not enough space: ${formatSize(neededBytes - freeBytes)} more needed`);
  }
}

const COLUMNS: readonly Column<PlannedFile>[] = [
  { key: 'path', heading: 'PATH', text: ({ path }) => path ?? '-', shrinks: true, isPath: true },
  {
    key: 'action',
    heading: 'ACTION',
    text: ({ action }) => action,
    display: ({ action, haveBytes, sizeBytes }) =>
      action === 'continue'
        ? `continue (have ${formatSize(haveBytes)} of ${sizeBytes === null ? '?' : formatSize(sizeBytes)})`
        : action,
  },
  {
    key: 'sizeBytes',
    heading: 'SIZE',
    align: 'right',
    text: ({ sizeBytes }) => (sizeBytes === null ? '' : String(sizeBytes)),
    display: ({ sizeBytes }) => (sizeBytes === null ? '' : formatSizeInColumn(sizeBytes)),
  },
  {
    key: 'haveBytes',
    heading: 'HAVE',
    align: 'right',
    text: ({ haveBytes }) => String(haveBytes),
    display: ({ haveBytes }) => (haveBytes === 0 ? '' : formatSizeInColumn(haveBytes)),
    isOptional: true,
  },
];
