import { type ExpectedError, isExpectedError } from '../errors.ts';

/** Of the API that this program speaks. */
const VERSION = 'v2';
/** What a server says that knows nothing of the path. */
const NO_SUCH_PATH: ReadonlySet<number | undefined> = new Set([404, 405, 410, 501]);

/** The address that was probably meant where the path of the API's address does not end in its version; else null. */
export function likelyUrl({ origin, pathname }: URL): string | null {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  if (segments.at(-1) === VERSION) return null;
  const found = segments.findIndex((segment) => /^v\d+$/.test(segment));
  const base = found === -1 ? segments : segments.slice(0, found);
  return `${origin}/${[...base, VERSION].join('/')}`;
}

/** Adds to a failure that a wrong path of the API's address would explain what the address may be. */
export function explainApiUrl(error: unknown, apiUrl: URL): unknown {
  const likely = likelyUrl(apiUrl);
  if (likely === null || !isExpectedError(error) || !mayBeWrongPath(error)) return error;
  return error.with({ hint: `the address of the API may be wrong: try --api-url ${likely}` });
}

function mayBeWrongPath({ code, details }: ExpectedError): boolean {
  if (code === 'NOT_FOUND') return true;
  if (code !== 'BAD_RESPONSE') return false;
  const { httpStatus } = details;
  return NO_SUCH_PATH.has(httpStatus) || (httpStatus !== undefined && httpStatus < 300);
}
