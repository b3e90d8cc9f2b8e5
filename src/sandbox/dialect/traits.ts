import { ExpectedError } from '../../errors.ts';

function trait<const Values extends readonly [string, ...string[]]>(description: string, ...values: Values) {
  return { description, values };
}

/**
 * Independent details that the public documentation of the API leaves open. The first value is the default of
 * the sandbox.
 */
export const TRAITS = {
  library: trait(
    'content of the library; `large` has two pages of 50, one media item in 25 languages',
    'standard',
    'large',
  ),
  ids: trait('form of all IDs', 'uuid', 'number', 'big-number', 'strange'),

  // Packages
  'zip-type': trait(
    '`mimeType` and Content-Type of an archive',
    'application/zip',
    'application/octet-stream',
    'binary/octet-stream',
    'application/x-zip',
    'application/x-zip-compressed',
    'multipart/x-zip',
    'application/force-download',
    'none',
  ),
  compressed: trait('`compressed` of a package', 'boolean', 'absent', 'false', 'text'),
  'file-size': trait('`files[].size`', 'number', 'text', 'absent', 'unpacked'),
  'files-before': trait('`files` of a package that is not ready', 'absent', 'null', 'empty'),
  'ready-word': trait(
    '`status` of a ready package',
    'ready',
    'READY',
    'completed',
    'done',
    'available',
    'Succeeded',
    'absent',
  ),
  'preparing-word': trait(
    '`status` before that',
    'preparing',
    'PENDING',
    'in_progress',
    'queued',
    'Running',
    'absent',
  ),
  'failed-word': trait(
    '`status` of a package that failed',
    'failed',
    'softDeleted',
    'aborted',
    'preparationFailed',
    'timedOutError',
    'rejected',
    'CANCELLED',
  ),
  'status-form': trait('how `status` of a package is written', 'word', 'object'),
  poll: trait('the response while a package is being prepared', 'body', 'accepted-empty'),
  'package-name-key': trait('the title of a package', 'title', 'name', 'absent'),
  'file-url': trait('`files[].url`', 'absolute', 'absolute-path', 'relative', 'presigned', 'redirect'),

  // Creation
  create: trait(
    'the response to a creation',
    '201',
    '200',
    'id-only',
    'text-id',
    'accepted-location',
    'no-content-location',
    'ready',
    'see-other',
  ),
  location: trait('Location of a creation', 'absolute', 'absolute-path', 'relative'),
  'create-first': trait('failure of the first creation, before anything is created', 'nothing', '429', '503'),
  delete: trait('the response to a deletion', '200', 'package', '204', '202', 'empty'),

  // Media and transcripts
  'type-key': trait(
    'location of the type of a media item',
    'type',
    'assetType',
    'mediaType',
    'kind',
    'absent',
  ),
  'type-case': trait('how the type is written', 'lower', 'upper', 'capital'),
  'name-key': trait('location of the name of a media item', 'name', 'title'),
  'created-key': trait(
    'location of the creation time',
    'created',
    'createdAt',
    'creationDate',
    'created_at',
    'absent',
  ),
  times: trait(
    'how times are written',
    'utc',
    'blank',
    'no-zone',
    'offset',
    'seven-digits',
    'seconds',
    'milliseconds',
    'zone-name',
    'parts',
  ),
  renditions: trait('`renditions` of a media item', 'full', 'one-without-id', 'absent', 'null'),
  'transcript-pages': trait('whether transcripts are paged', 'all', 'paged'),
  'no-transcripts': trait(
    'the response for a media item without transcripts',
    'empty',
    '404',
    '204',
    'null',
    'object',
  ),
  search: trait('which search parameters are honored', 'all', 'text-only', 'none'),
  filter: trait('whether `filter` is honored', 'honored', 'ignored'),

  // Lists
  list: trait(
    'the container of the items of a list',
    'array',
    'items',
    'named',
    'results',
    'data',
    'entities',
    'content',
  ),
  'list-extras': trait('other keys beside the items', 'none', 'links', 'errors', 'facets', 'page'),
  'past-end': trait('the page after the last', 'empty', '404', '400', '416', '204', 'empty-body'),
  pages: trait('the length of pages', 'exact', 'short', 'overlapping', 'capped', 'size-ignored', 'from-1'),

  // Protocol
  envelope: trait('the outer `status`', 'success', 'absent', 'SUCCESS', 'OK', '200'),
  errors: trait('the format of errors', 'jsend', 'problem', 'oauth', 'nested', 'text', 'html', 'empty'),
  'malformed-id': trait('the status for an invalid ID', '404', '400', '422'),
  keys: trait('how keys are written', 'camel', 'pascal', 'snake'),
  resource: trait('location of the fields of one object', 'plain', 'wrapped', 'attributes'),
  bom: trait('whether JSON starts with a byte order mark', 'none', 'utf-8'),
  'expires-in': trait('`expires_in` of a token', 'number', 'text', 'absent', 'null'),
  'rate-header': trait(
    'how 429 and 503 specify when to retry',
    'retry-after',
    'ratelimit-reset',
    'x-ratelimit-reset',
    'epoch',
    'date',
    'none',
  ),

  // Files
  ranges: trait('whether files support Range', 'bytes', 'none'),
  length: trait('whether files have Content-Length', 'known', 'chunked'),
  etag: trait('ETag of files', 'strong', 'weak', 'none'),
  head: trait('whether HEAD is supported', 'yes', '405'),
  disposition: trait(
    'Content-Disposition of files',
    'both',
    'plain',
    'star-only',
    'inline',
    'raw-utf8',
    'none',
  ),
} as const;

export type TraitName = keyof typeof TRAITS;

/** One value for each trait. */
export type Traits = { readonly [Name in TraitName]: (typeof TRAITS)[Name]['values'][number] };

export const TRAIT_NAMES = Object.keys(TRAITS).filter(isTraitName);

export const DEFAULT_TRAITS = withTraits({});

/** These traits, with defaults for all others. */
export function withTraits(some: Partial<Traits>): Traits {
  const first = Object.fromEntries(Object.entries(TRAITS).map(([name, { values }]) => [name, values[0]]));
  const traits: Partial<Traits> = { ...first, ...some };
  if (!isComplete(traits)) throw new Error('a trait has no value');
  return traits;
}

function isComplete(traits: Partial<Traits>): traits is Traits {
  return TRAIT_NAMES.every((name) => traits[name] !== undefined);
}

/**
 * Parses `TRAIT=VALUE`.
 * @throws ExpectedError USAGE that lists the traits, or the values of this one
 */
export function parseTrait(text: string): Partial<Traits> {
  const equals = text.indexOf('=');
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  if (!isTraitName(name)) {
    throw new ExpectedError('USAGE', `unknown trait ${JSON.stringify(name)}`, {
      hint: `traits: ${TRAIT_NAMES.join(', ')}`,
    });
  }
  const values: readonly string[] = TRAITS[name].values;
  if (!values.includes(value)) {
    throw new ExpectedError('USAGE', `${JSON.stringify(value)} is not a value of ${name}`, {
      hint: `values: ${values.join(', ')}`,
    });
  }
  return { [name]: value };
}

function isTraitName(name: string): name is TraitName {
  return Object.hasOwn(TRAITS, name);
}
