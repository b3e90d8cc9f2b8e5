import { type ExpectedError, isExpectedError } from '../errors.ts';

/** The supported version of the API. */
const VERSION = 'v2';
/** The statuses of a server for an unknown path. */
const NO_SUCH_PATH: ReadonlySet<number | undefined> = new Set([404, 405, 410, 501]);

/** The likely API URL if the path does not end in the version; else null. */
export function likelyUrl({ origin, pathname }: URL): string | null {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  if (segments.at(-1) === VERSION) return null;
  const found = segments.findIndex((segment) => /^v\d+$/.test(segment));
  const base = found === -1 ? segments : segments.slice(0, found);
  return `${origin}/${[...base, VERSION].join('/')}`;
}

/** Adds the likely API URL to a failure that a wrong path would explain. */
export function explainApiUrl(error: unknown, apiUrl: URL): unknown {
  const likely = likelyUrl(apiUrl);
  if (likely === null || !isExpectedError(error) || !mayBeWrongPath(error)) return error;
  return error.with({ hint: `the API URL may be wrong; try --api-url ${likely}` });
}

function mayBeWrongPath({ code, details }: ExpectedError): boolean {
  if (code === 'NOT_FOUND') return true;
  if (code !== 'BAD_RESPONSE') return false;
  const { httpStatus } = details;
  return NO_SUCH_PATH.has(httpStatus) || (httpStatus !== undefined && httpStatus < 300);
}
