import path from 'node:path';
import type { Command } from 'commander';
import type { LocalContext } from '../context.ts';
import { resolveLinks, resolvePath } from '../disk/resolve-path.ts';
import { type ErrorCode, ExpectedError } from '../errors.ts';
import { forFlag, nonEmpty } from '../flags/flag-values.ts';
import { parseRecordFile } from '../flags/record-flags.ts';
import { errorDocument } from '../output/error-document.ts';
import type { Column } from '../terminal/listing/listing.ts';
import { counted } from '../terminal/text/format.ts';

export interface VerifyOptions {
  /** Only files in this folder; null for all. */
  readonly folder: string | null;
  readonly record: string;
}

interface VerifyResult {
  /** Absolute. */
  readonly path: string;
  readonly outcome: 'unchanged' | 'missing' | 'different' | 'failed';
  readonly error: Readonly<Record<string, unknown>> | null;
}

/** Files to read in parallel; each is read sequentially. */
const FILES_AT_ONCE = 4;

export function defineVerify(
  parent: Command,
  action: (options: VerifyOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('verify')
    .summary('Verify the files in a record')
    .description(
      'Verify offline that the files in a record exist and are unchanged. Prints those that are not.',
    )
    .argument('[folder]', 'Only files in this folder', forFlag('FOLDER', nonEmpty))
    .optionsGroup('Files:')
    .requiredOption('--record <file>', 'The record to verify', forFlag('--record', parseRecordFile))
    .action((folder: string | undefined, { record }: { record: string }, self: Command) =>
      action({ folder: folder ?? null, record }, self),
    );
}

/** @throws ExpectedError INTEGRITY if files are missing or different, NOT_FOUND if none is recorded there */
export async function verify(
  { folder, record }: VerifyOptions,
  { io, cwd, signal }: Pick<LocalContext, 'io' | 'cwd' | 'signal'>,
): Promise<void> {
  const { readRecordedFiles, verifyFile } = await import('../record/verify-files.ts');
  const { eachAtOnce } = await import('../task-pool.ts');
  const all = await readRecordedFiles(resolvePath(cwd, record), { signal, warn: (text) => io.warn(text) });
  const base = folder === null ? null : await resolveLinks(resolvePath(cwd, folder));
  const files = all.filter((file) => base === null || isBelow(file.path, base));
  if (files.length === 0) throw nothingRecorded(record, folder);

  const results: VerifyResult[] = [];
  let unprovedCount = 0;
  await eachAtOnce(files.entries(), FILES_AT_ONCE, async ([index, file]) => {
    try {
      const { outcome, reason, isProved } = await verifyFile(file, signal);
      if (!isProved) unprovedCount += 1;
      const error = reason === null ? null : new ExpectedError('INTEGRITY', `${file.path}: ${reason}`);
      results[index] = { path: file.path, outcome, error: error && errorDocument(error) };
    } catch (error) {
      if (!(error instanceof ExpectedError) || error.code === 'INTERRUPTED') throw error;
      results[index] = { path: file.path, outcome: 'failed', error: errorDocument(error) };
    }
  });
  report(results, unprovedCount, io);
}

function report(results: readonly VerifyResult[], unprovedCount: number, io: LocalContext['io']): void {
  const wrong = results.filter(({ outcome }) => outcome !== 'unchanged');
  const countOf = (wanted: VerifyResult['outcome']) =>
    results.filter(({ outcome }) => outcome === wanted).length;
  const counts = {
    unchanged: countOf('unchanged'),
    missing: countOf('missing'),
    different: countOf('different'),
    failed: countOf('failed'),
  };
  const document = { results, counts };
  if (unprovedCount > 0) {
    io.warn(`compared only the size of ${counted(unprovedCount, 'file')}`);
  }
  if (wrong.length === 0) {
    if (io.format === 'json') io.json(document);
    io.info(`Verified ${counted(results.length, 'file')}.`);
    return;
  }
  if (io.format !== 'json') {
    io.listing({
      items: wrong,
      columns: COLUMNS,
      document,
      itemDocument: (result) => ({ ...result }),
      emptyText: '',
    });
  }
  const words = Object.entries(counts).filter(([outcome, count]) => outcome !== 'unchanged' && count > 0);
  const codes = new Set<ErrorCode>(wrong.map(({ outcome }) => (outcome === 'failed' ? 'DISK' : 'INTEGRITY')));
  const [code = 'INTEGRITY'] = codes;
  throw new ExpectedError(
    codes.size === 1 ? code : 'FAILED',
    `of ${counted(results.length, 'file')}, ${words.map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`,
    { document, hint: 'fetch the missing or different files again, without --only-new' },
  );
}

const COLUMNS: readonly Column<VerifyResult>[] = [
  { key: 'path', heading: 'PATH', text: (result) => result.path },
  { key: 'outcome', heading: 'OUTCOME', text: ({ outcome }) => outcome },
];

function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function nothingRecorded(record: string, folder: string | null): ExpectedError {
  const where = folder === null ? '' : ` below ${folder}`;
  return new ExpectedError('NOT_FOUND', `${record} lists no file${where}`, {
    hint: 'check the folder and the record',
  });
}
