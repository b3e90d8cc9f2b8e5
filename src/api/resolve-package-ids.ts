import { ExpectedError, isExpectedError } from '../errors.ts';
import type { Api } from './client.ts';
import { listAllPackages } from './list-all-packages.ts';
import type { Package } from './package.ts';

const LEAST_PREFIX = 6;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const UUID_LENGTH = 36;

/**
 * Converts what a user typed to package IDs, each once: a package URL of the API, a unique prefix of a UUID (at least
 * 6 characters), or an ID. Only a possible prefix needs the list of packages.
 * @throws ExpectedError USAGE for an ambiguous prefix, or a URL that is not a package of this API
 */
export async function resolvePackageIds(
  words: readonly string[],
  { api, signal }: { api: Pick<Api, 'url' | 'credential' | 'listDownloads'>; signal: AbortSignal },
): Promise<readonly string[]> {
  const ids = words.map((word) => (/^https?:\/\//i.test(word) ? idOfUrl(word, api.url) : word));
  const isResolvable = api.credential.kind !== 'anonymous' && ids.some(mayBePrefix);
  const packages = isResolvable ? await listPackages(api, signal) : [];
  return [...new Set(ids.map((id) => (mayBePrefix(id) ? fullId(id, packages) : id)))];
}

/** Other IDs are opaque: any text can be a complete one. */
function mayBePrefix(word: string): boolean {
  return /^[\da-f-]+$/i.test(word) && word.length >= LEAST_PREFIX && word.length < UUID_LENGTH;
}

function fullId(word: string, packages: readonly Package[]): string {
  if (packages.some(({ id }) => id === word)) return word;
  const prefix = word.toLowerCase();
  const matches = packages.filter(({ id }) => UUID.test(id) && id.toLowerCase().startsWith(prefix));
  if (matches.length <= 1) return matches[0]?.id ?? word;
  throw new ExpectedError(
    'USAGE',
    `ambiguous package ID ${word}: matches ${matches.map(({ id }) => id).join(', ')}`,
    { hint: 'use more characters of the ID' },
  );
}

/** Empty if the service cannot list packages. Then each word counts as a complete ID. */
async function listPackages(
  api: Pick<Api, 'listDownloads'>,
  signal: AbortSignal,
): Promise<readonly Package[]> {
  try {
    return await listAllPackages(api, { signal });
  } catch (error) {
    if (isExpectedError(error, 'BAD_RESPONSE') || isExpectedError(error, 'NOT_FOUND')) return [];
    throw error;
  }
}

/** Unchanged if its escapes are invalid. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return segment;
  }
}

/** A URL such as `https://api.streamdiver.com/v2/downloads/ID`. */
function idOfUrl(text: string, apiUrl: URL): string {
  const base = `${apiUrl.pathname.replace(/\/+$/, '')}/downloads/`;
  if (URL.canParse(text)) {
    const { origin, pathname } = new URL(text);
    const segment = pathname.slice(base.length).replace(/\/$/, '');
    const isPackage = origin === apiUrl.origin && pathname.startsWith(base);
    if (isPackage && segment !== '' && !segment.includes('/')) {
      return decoded(segment);
    }
  }
  throw new ExpectedError('USAGE', `not a package URL of ${apiUrl.origin}: ${text.replace(/[?#].*$/s, '')}`, {
    hint: `use a URL such as ${apiUrl.origin}${base}ID`,
  });
}
