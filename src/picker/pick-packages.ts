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

/** The service documents no order, so the newest are known only after all packages are loaded. */
const MOST_PACKAGES = 500;

type PickContext = Pick<Context, 'api' | 'io' | 'clock' | 'signal'>;

/** Asks for packages, the newest first, and returns their IDs. */
export async function pickPackages(isMultiple: boolean, context: PickContext): Promise<readonly string[]> {
  const { api, io, signal } = context;
  if (api.credential.kind === 'anonymous') {
    throw new ExpectedError('AUTH', 'selecting from your packages requires a credential', {
      hint: `run '${PROGRAM} login', set STREAMDIVER_TOKEN, or pass a package ID`,
    });
  }
  return await io.withPrompts(signal, async (prompts) => {
    const chosen = await prompts.chooseFrom(packagesQuestion(isMultiple, context));
    return chosen?.map(({ id }) => id) ?? [];
  });
}

function packagesQuestion(isMultiple: boolean, context: PickContext): ListQuestion<Package> {
  let packages: readonly Package[] | undefined;
  return {
    message: isMultiple ? 'Packages' : 'Package',
    columns: packageColumns(context.clock.now()),
    idOf: ({ id }) => id,
    items: null,
    async load(text, page, signal) {
      packages ??= await newestFirst(context.api, context.io, signal);
      if (packages.length === 0) {
        throw new ExpectedError('NOT_FOUND', 'no packages', {
          hint: `create one with: ${PROGRAM} create`,
        });
      }
      return page > 0 ? [] : packages.filter((item) => matches(item, text));
    },
    hasSearch: true,
    isMultiple,
    chosen: [],
    isRequired: true,
    canGoBack: false,
    notes: [],
    emptyText: 'No packages',
  };
}

/** Packages without a creation time come last. */
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

function matches({ id, status, title }: Package, text: string): boolean {
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
