import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { contentsCommand } from '../fetch/fetch-command.ts';
import type { ContentsItem } from '../fetch/list-contents.ts';
import {
  addEntryFilterFlags,
  type RawEntryFilterFlags,
  readEntryFilterFlags,
} from '../flags/entry-filter-flags.ts';
import { forFlag, nonEmpty } from '../flags/flag-values.ts';
import { formatSize } from '../parse/size.ts';
import { type PathSelection, selectsAll } from '../patterns/path-filter.ts';
import { createExplainedFilter } from '../patterns/pattern-hints.ts';
import { readOrPickIds } from '../picker/read-or-pick-ids.ts';
import type { Column } from '../terminal/listing/listing.ts';
import { counted, formatSizeInColumn } from '../terminal/text/format.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { PROGRAM } from '../version.ts';
import { waitForPackage } from '../wait/wait-for-package.ts';

export interface ContentsOptions {
  /** If empty, prompts with the recent packages. */
  readonly ids: readonly string[];
  readonly selection: PathSelection;
  /** Encoding of undeclared names; null to detect it. */
  readonly encoding: string | null;
  /** Ignore the size that the package lists. */
  readonly ignoreSize: boolean;
}

interface RawFlags extends RawEntryFilterFlags {
  readonly ignoreSize?: boolean;
}

export function defineContents(
  parent: Command,
  action: (options: ContentsOptions, command: Command) => Promise<void>,
): void {
  const command = parent
    .command('contents')
    .summary('List the files in a package without downloading it')
    .description('List the entries of a package without downloading it. The server must support HTTP Range.')
    .argument('[id]', 'Package ID (- for standard input)', forFlag('ID', nonEmpty));
  addEntryFilterFlags(command)
    .option('--ignore-size', 'Accept a size that differs from the listed one')
    .action((id: string | undefined, raw: RawFlags, self: Command) =>
      action(
        {
          ids: id === undefined ? [] : [id],
          selection: readEntryFilterFlags(raw),
          encoding: raw.encoding ?? null,
          ignoreSize: raw.ignoreSize === true,
        },
        self,
      ),
    );
}

/** @throws ExpectedError NOT_READY for a package that is not ready, NOT_FOUND if no entry is selected */
export async function contents(
  { ids: words, selection, encoding, ignoreSize }: ContentsOptions,
  context: Context,
): Promise<void> {
  const { io, world } = context;
  const id = await readOneId(words, context);
  const item = await waitForPackage(
    id,
    {
      wait: { timeoutMs: 0, intervalMs: null },
      isJustCreated: false,
      next: [PROGRAM, 'status', id, '--wait'],
    },
    context,
  );
  io.endProgress();
  const { listContents } = await import('../fetch/list-contents.ts');
  const filter = createExplainedFilter(selection);
  const items = await listContents(item, { isWanted: filter.isWanted, ignoreSize, encoding }, context);
  const document = { id, items, count: items.length, truncated: false };
  if (items.length === 0 && !selectsAll(selection)) {
    throw new ExpectedError('NOT_FOUND', `no entries match in package ${id}`, {
      id,
      hint: filter.explain() ?? undefined,
      next: [commandLine(contentsCommand(id, encoding), world.platform)],
      document,
    });
  }
  io.listing({
    items,
    columns: contentColumns(),
    document,
    itemDocument: (entry) => ({ ...entry }),
    emptyText: 'The archive is empty.',
  });
  if (items.length === 0 || io.format === 'json') return;
  io.info(totalText(items));
}

async function readOneId(words: readonly string[], context: Context): Promise<string> {
  const [id, ...more] = await readOrPickIds(words, { isMultiple: false, selecting: 'contents' }, context);
  if (id !== undefined && more.length === 0) return id;
  throw new ExpectedError('USAGE', 'contents accepts one package ID, but standard input has more');
}

function contentColumns(): readonly Column<ContentsItem>[] {
  const size = (key: 'sizeBytes' | 'compressedBytes', heading: string): Column<ContentsItem> => ({
    key,
    heading,
    align: 'right',
    text: (item) => String(item[key]),
    display: (item) => formatSizeInColumn(item[key]),
  });
  return [
    { key: 'path', heading: 'PATH', text: ({ path }) => path, shrinks: true, isPath: true },
    size('sizeBytes', 'SIZE'),
    { ...size('compressedBytes', 'PACKED'), isOptional: true },
    {
      key: 'modified',
      heading: 'MODIFIED',
      isOptional: true,
      text: ({ modified }) => modified ?? '',
      display: ({ modified }) => (modified ?? '').slice(0, 16).replace('T', ' '),
    },
  ];
}

function totalText(items: readonly ContentsItem[]): string {
  const files = items.filter(({ path }) => !path.endsWith('/'));
  const sum = (key: 'sizeBytes' | 'compressedBytes') => files.reduce((total, item) => total + item[key], 0);
  const count = counted(files.length, 'file');
  return `${count}, ${formatSize(sum('sizeBytes'))} (${formatSize(sum('compressedBytes'))} packed)`;
}
