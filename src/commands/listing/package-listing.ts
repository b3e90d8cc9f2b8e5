import { type Package, packageDocument } from '../../api/package.ts';
import type { Column, Listing, Tone } from '../../terminal/listing/listing.ts';
import { formatRelativeTime, formatSizeInColumn } from '../../terminal/text/format.ts';

/** The table of packages of `list` and `status`. Times are relative to `nowMs`. */
export function packageListing(
  items: readonly Package[],
  { nowMs, truncated, emptyText }: { nowMs: number; truncated: boolean; emptyText: string },
): Listing<Package> {
  const time = (key: string, heading: string, read: (item: Package) => string | null): Column<Package> => ({
    key,
    heading,
    isOptional: true,
    text: (item) => read(item) ?? '',
    display: (item) => {
      const value = read(item);
      return value === null ? '' : formatRelativeTime(Date.parse(value), nowMs);
    },
  });
  return {
    items,
    columns: [
      { key: 'id', heading: 'ID', text: ({ id }) => id, id: 'prefix' },
      { key: 'status', heading: 'STATUS', text: ({ status }) => status, tone: toneOf },
      { key: 'title', heading: 'TITLE', text: ({ title }) => title ?? '', shrinks: true },
      {
        key: 'sizeBytes',
        heading: 'SIZE',
        align: 'right',
        text: ({ sizeBytes }) => (sizeBytes === null ? '' : String(sizeBytes)),
        display: ({ sizeBytes }) => (sizeBytes === null ? '' : formatSizeInColumn(sizeBytes)),
      },
      time('created', 'CREATED', ({ created }) => created),
      time('expires', 'EXPIRES', ({ expires }) => expires),
    ],
    document: { items: items.map(packageDocument), count: items.length, truncated },
    itemDocument: packageDocument,
    emptyText,
  };
}

const TONES: Readonly<Partial<Record<Package['state'], Tone>>> = {
  ready: 'good',
  preparing: 'pending',
  failed: 'bad',
  gone: 'bad',
};

/** The color of a package's status. */
function toneOf({ state }: Pick<Package, 'state'>): Tone | undefined {
  return TONES[state];
}
