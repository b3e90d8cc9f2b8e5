import type { MediaItem } from '../api/media.ts';
import { MEDIA_TYPES } from '../api/media-types.ts';
import { ExpectedError } from '../errors.ts';

/** The filters of the service, by the names of their flags. */
export type Filter = 'search' | 'type' | 'tag' | 'speaker' | 'channel';
/** Whether a search with another value of one filter finds anything. */
type FindsWith = (change: Partial<Record<Filter, string>>) => Promise<boolean>;

export interface MediaCheck {
  readonly isWanted: (medium: MediaItem) => boolean;
  /**
   * Called after all media items.
   * @throws ExpectedError BAD_RESPONSE if the service ignores a filter and some media items cannot be checked here
   */
  readonly finish: (findsWith: FindsWith) => Promise<void>;
}

/** No media item has this type, tag, or text. */
const IMPOSSIBLE = 'no-such-value-7f3c9a51';

/** How to check a media item locally; null if it lacks the field. */
const MATCHES: Readonly<Record<Filter, (medium: MediaItem, value: string) => boolean | null>> = {
  search: () => null,
  type: matchesType,
  tag: matchesTag,
  speaker: () => null,
  channel: () => null,
};

/**
 * Checks search results against the filters. For items without the field, a single request with a value that
 * no item has shows whether the service applies the filter.
 */
export function checkMedia(wanted: Readonly<Partial<Record<Filter, string | null>>>): MediaCheck {
  const rules = FILTERS.flatMap((filter) => {
    const value = wanted[filter] ?? null;
    return value === null ? [] : [createRule(filter, (medium) => MATCHES[filter](medium, value))];
  });
  return {
    // Every rule counts all items, even those that another rule rejects.
    isWanted: (medium) => rules.map(({ isWanted }) => isWanted(medium)).every(Boolean),
    finish: async (findsWith) => {
      for (const { finish } of rules) await finish(findsWith);
    },
  };
}

const FILTERS: readonly Filter[] = ['search', 'type', 'tag', 'speaker', 'channel'];

function createRule(filter: Filter, matches: (medium: MediaItem) => boolean | null): MediaCheck {
  let hasRefused = false;
  let unknown = 0;
  return {
    isWanted(medium) {
      const isMatch = matches(medium);
      if (isMatch === null) unknown += 1;
      if (isMatch === false) hasRefused = true;
      return isMatch !== false;
    },
    async finish(findsWith) {
      if (unknown === 0) return;
      if (!hasRefused && !(await findsWith({ [filter]: IMPOSSIBLE }))) return;
      throw new ExpectedError(
        'BAD_RESPONSE',
        `the service ignores --${filter}, and ${unknown === 1 ? '1 media item has' : `${unknown} media items have`} no ${filter} to check`,
        { hint: `omit --${filter}` },
      );
    },
  };
}

/** Null if the service uses an unknown word for the type. */
function matchesType(medium: MediaItem, type: string): boolean | null {
  const known = MEDIA_TYPES.find((word) => word === medium.type);
  return known === undefined ? null : known === type.toLowerCase();
}

function matchesTag({ tags }: MediaItem, tag: string): boolean | null {
  return tags === null ? null : tags.some((word) => word.toLowerCase() === tag.toLowerCase());
}
