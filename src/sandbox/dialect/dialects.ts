import { ExpectedError } from '../../errors.ts';
import { parseTrait, type Traits, withTraits } from './traits.ts';

export interface Dialect {
  readonly description: string;
  readonly traits: Partial<Traits>;
}

/** Plausible implementations of the documented API. */
export const DIALECTS = {
  spring: {
    description:
      'Spring: `content` with page metadata, times in parts, uppercase words, RFC 9457 errors, 204 on delete',
    traits: {
      list: 'content',
      'list-extras': 'page',
      times: 'parts',
      'ready-word': 'READY',
      'preparing-word': 'PENDING',
      'type-case': 'upper',
      errors: 'problem',
      'malformed-id': '400',
      delete: '204',
      ids: 'number',
      envelope: 'absent',
      'zip-type': 'application/octet-stream',
      location: 'relative',
    },
  },
  dotnet: {
    description:
      '.NET: times with seven digits, `createdAt`, 202 with Location, RFC 9457 errors, 404 past the end',
    traits: {
      list: 'items',
      'list-extras': 'page',
      times: 'seven-digits',
      'created-key': 'createdAt',
      create: 'accepted-location',
      location: 'absolute-path',
      errors: 'problem',
      'malformed-id': '400',
      'past-end': '404',
      'ready-word': 'Succeeded',
      'preparing-word': 'Running',
      'type-key': 'mediaType',
      'type-case': 'capital',
      'zip-type': 'application/x-zip-compressed',
      envelope: 'absent',
      compressed: 'absent',
      keys: 'pascal',
      bom: 'utf-8',
    },
  },
  express: {
    description:
      'Express: 200 everywhere, plain-text errors, weak ETags, empty response on delete, times in ms',
    traits: {
      create: '200',
      errors: 'text',
      etag: 'weak',
      delete: 'empty',
      times: 'milliseconds',
      'created-key': 'createdAt',
      'name-key': 'title',
      search: 'text-only',
      filter: 'ignored',
      'ready-word': 'done',
      'preparing-word': 'queued',
      'zip-type': 'application/x-zip',
      'files-before': 'empty',
    },
  },
  laravel: {
    description:
      'Laravel: `data` in `data` with links, `created_at`, space in times, pages of 10, numeric IDs',
    traits: {
      list: 'data',
      'list-extras': 'links',
      times: 'blank',
      'created-key': 'created_at',
      'no-transcripts': 'object',
      pages: 'size-ignored',
      ids: 'number',
      errors: 'nested',
      'malformed-id': '422',
      'rate-header': 'epoch',
      'create-first': '429',
      'transcript-pages': 'paged',
      'file-size': 'text',
      'expires-in': 'text',
      keys: 'snake',
      'status-form': 'object',
      resource: 'wrapped',
    },
  },
  elastic: {
    description:
      'search index: `entities.items` with facets, 400 past the end, overlapping pages, `assetType`',
    traits: {
      list: 'entities',
      'list-extras': 'facets',
      'past-end': '400',
      pages: 'overlapping',
      'type-key': 'assetType',
      'created-key': 'creationDate',
      times: 'no-zone',
      'no-transcripts': '404',
      'transcript-pages': 'paged',
      filter: 'ignored',
      'zip-type': 'none',
      compressed: 'absent',
    },
  },
  jsonapi: {
    description: 'JSON:API: fields under `attributes`, 303 after a creation, pages counted from 1',
    traits: { resource: 'attributes', create: 'see-other', pages: 'from-1', location: 'absolute-path' },
  },
  s3: {
    description: 'S3: presigned URLs of another origin, binary/octet-stream, no HEAD, no size',
    traits: {
      'file-url': 'presigned',
      'zip-type': 'binary/octet-stream',
      'file-size': 'absent',
      head: '405',
      disposition: 'none',
      compressed: 'absent',
      'preparing-word': 'in_progress',
      'ready-word': 'available',
      'no-transcripts': '204',
    },
  },
  azure: {
    description: 'Azure: redirects to another origin, weak validators, lists with `results`, 202 on delete',
    traits: {
      'file-url': 'redirect',
      'zip-type': 'application/octet-stream',
      etag: 'weak',
      delete: '202',
      list: 'results',
      times: 'offset',
      poll: 'accepted-empty',
      create: 'no-content-location',
      'create-first': '503',
      'rate-header': 'date',
      'past-end': '416',
      disposition: 'star-only',
    },
  },
  gcs: {
    description: 'GCS: chunked transfers without ranges, multipart/x-zip, relative URLs, short pages',
    traits: {
      length: 'chunked',
      ranges: 'none',
      'zip-type': 'multipart/x-zip',
      'file-url': 'relative',
      pages: 'short',
      etag: 'none',
      disposition: 'raw-utf8',
      'files-before': 'null',
      'past-end': '204',
    },
  },
  keycloak: {
    description: 'Keycloak in front: OAuth errors, `expires_in` as text, HTML for what the proxy refuses',
    traits: {
      errors: 'oauth',
      'expires-in': 'text',
      'rate-header': 'x-ratelimit-reset',
      'create-first': '429',
      'malformed-id': '400',
      'type-key': 'kind',
      disposition: 'plain',
    },
  },
  minimal: {
    description: 'only what is documented: no title, time, type, rendition, size, MIME type, or status words',
    traits: {
      envelope: 'absent',
      compressed: 'absent',
      'zip-type': 'none',
      'file-size': 'absent',
      'ready-word': 'absent',
      'preparing-word': 'absent',
      'package-name-key': 'absent',
      'created-key': 'absent',
      'type-key': 'absent',
      renditions: 'absent',
      create: 'id-only',
      errors: 'empty',
      disposition: 'none',
      etag: 'none',
      'rate-header': 'none',
      'past-end': 'empty-body',
      'expires-in': 'absent',
    },
  },
  strange: {
    description:
      'IDs with slashes and umlauts, renditions without an ID, lists with a second array, text as data',
    traits: {
      ids: 'strange',
      renditions: 'one-without-id',
      list: 'named',
      'list-extras': 'errors',
      create: 'text-id',
      'zip-type': 'application/force-download',
      compressed: 'text',
      envelope: 'SUCCESS',
      'transcript-pages': 'paged',
      'file-url': 'absolute-path',
      'ready-word': 'completed',
    },
  },
  numbers: {
    description: 'IDs as JSON numbers, outer status 200, times in seconds, pages capped at 10',
    traits: {
      ids: 'number',
      envelope: '200',
      times: 'seconds',
      pages: 'capped',
      'transcript-pages': 'paged',
      create: 'ready',
      'package-name-key': 'name',
      'rate-header': 'ratelimit-reset',
      renditions: 'null',
    },
  },
  unpacked: {
    description: '`files[].size` is the total of the unpacked files, `compressed` false, HTML errors',
    traits: {
      'file-size': 'unpacked',
      compressed: 'false',
      errors: 'html',
      disposition: 'inline',
      search: 'none',
      delete: 'package',
      'no-transcripts': 'null',
      envelope: 'OK',
    },
  },
} as const satisfies Readonly<Record<string, Dialect>>;

/** All dialects with a one-line description; all have the large library. */
export const DIALECT_NAMES: readonly { readonly name: string; readonly description: string }[] =
  Object.entries(DIALECTS).map(([name, { description }]) => ({ name, description }));

/**
 * The traits for a value of `--dialect`: the name of a dialect, or `TRAIT=VALUE`.
 * @throws ExpectedError USAGE for an unknown name or value
 */
export function parseDialect(word: string): Partial<Traits> {
  if (word.includes('=')) return parseTrait(word);
  const found = Object.entries(DIALECTS).find(([name]) => name === word);
  if (found === undefined) {
    throw new ExpectedError('USAGE', `unknown dialect ${JSON.stringify(word)}`, {
      hint: `dialects: ${Object.keys(DIALECTS).join(', ')}`,
    });
  }
  return { library: 'large', ...found[1].traits };
}

/** Merges the traits; later ones take precedence. */
export function combineTraits(parts: readonly Partial<Traits>[]): Traits {
  return withTraits(parts.reduce((all, part) => ({ ...all, ...part }), {}));
}

/**
 * Merges all dialects on the command line; later ones take precedence. `list` requests the names instead.
 * @throws ExpectedError USAGE for an unknown name
 */
export function readDialects(words: readonly string[]): Traits | 'list' {
  return words.includes('list') ? 'list' : combineTraits(words.map(parseDialect));
}

/** For completion. */
export function dialectWords(): readonly string[] {
  return ['list', ...DIALECT_NAMES.map(({ name }) => name)];
}
