import type { Api } from '../api/client.ts';
import { MAX_PER_PAGE } from '../api/client.ts';
import type { Package } from '../api/package.ts';
import { collectPages } from '../api/paging.ts';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import type { Column } from '../terminal/listing/listing.ts';
import type { ListQuestion } from '../terminal/prompts/prompts.ts';
import { formatRelativeTime } from '../terminal/text/format.ts';
import { PROGRAM } from '../version.ts';

/** The service does not say in which order it lists, so that the newest are known only when all are. */
const MOST_PACKAGES = 500;

type PickContext = Pick<Context, 'api' | 'io' | 'clock' | 'signal'>;

/** Ids chosen from the recent packages, the newest on top. */
export async function pickPackages(
  isMultiple: boolean,
  { api, io, clock, signal }: PickContext,
): Promise<readonly string[]> {
  if (api.credential.kind === 'anonymous') {
    throw new ExpectedError('AUTH', 'choosing from your packages needs a credential', {
      hint: 'set STREAMDIVER_TOKEN, or name a package by its id',
    });
  }
  return await io.withPrompts(signal, async (prompts) => {
    const packages = await prompts.during('Looking for your packages', newestFirst(api, io, signal));
    if (packages.length === 0) {
      throw new ExpectedError('NOT_FOUND', 'there are no packages to choose from', {
        hint: `make one with: ${PROGRAM} create`,
      });
    }
    const chosen = await prompts.chooseFrom(packagesQuestion(packages, isMultiple, clock.now()));
    return chosen?.map(({ id }) => id) ?? [];
  });
}

function packagesQuestion(
  packages: readonly Package[],
  isMultiple: boolean,
  nowMs: number,
): ListQuestion<Package> {
  return {
    message: isMultiple ? 'Packages' : 'Package',
    columns: packageColumns(nowMs),
    idOf: ({ id }) => id,
    items: null,
    load: (text, page) => Promise.resolve(page > 0 ? [] : packages.filter((item) => fits(item, text))),
    hasSearch: true,
    isMultiple,
    chosen: [],
    isRequired: true,
    canGoBack: false,
    notes: [],
    emptyText: 'no packages',
  };
}

/** Those without a time come last. */
async function newestFirst(
  api: Pick<Api, 'listDownloads'>,
  io: Pick<Context['io'], 'warn'>,
  signal: AbortSignal,
): Promise<readonly Package[]> {
  const { items } = await collectPages((page) => api.listDownloads(page, MAX_PER_PAGE, signal), {
    limit: MOST_PACKAGES,
    warn: (message) => io.warn(message),
  });
  const timeOf = ({ created }: Package) => (created === null ? 0 : Date.parse(created));
  return items.toSorted((one, other) => timeOf(other) - timeOf(one));
}

function fits({ id, status, title }: Package, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/);
  const searched = [id, status, title ?? ''].join('\n').toLowerCase();
  return words.every((word) => searched.includes(word));
}

function packageColumns(nowMs: number): readonly Column<Package>[] {
  return [
    { key: 'status', heading: 'STATUS', text: ({ status }) => status },
    { key: 'title', heading: 'TITLE', text: ({ id, title }) => title ?? id, shrinks: true },
    {
      key: 'created',
      heading: 'AGE',
      isOptional: true,
      text: ({ created }) => (created === null ? '' : formatRelativeTime(Date.parse(created), nowMs)),
    },
    { key: 'id', heading: 'ID', text: ({ id, title }) => (title === null ? '' : id), isOptional: true },
  ];
}
