import { ExpectedError } from '../errors.ts';
import { parseServerUrl } from './origin.ts';
import type { HttpResponse } from './transport.ts';

const MAX_HOPS = 5;

/**
 * Follows redirects of a GET manually. `sendTo` builds each request for its URL, so every hop decides whether to send
 * the credential. After a hop to another origin, `mayAuthenticate` stays false, because a foreign host chose the URL.
 * @throws ExpectedError BAD_RESPONSE after five hops or without a usable Location, UNSAFE for a
 *   target that parseServerUrl refuses
 */
export async function followRedirects(
  start: URL,
  sendTo: (url: URL, mayAuthenticate: boolean) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  let url = start;
  let mayAuthenticate = true;
  for (let hops = 0; ; hops += 1) {
    const response = await sendTo(url, mayAuthenticate);
    if (!isRedirect(response.status)) return response;
    response.body.destroy();
    const location = response.headers.get('location');
    if (location === null) {
      throw new ExpectedError(
        'BAD_RESPONSE',
        `redirect without a Location header from ${url.host} (HTTP ${response.status})`,
        {
          httpStatus: response.status,
        },
      );
    }
    if (hops >= MAX_HOPS) {
      throw new ExpectedError(
        'BAD_RESPONSE',
        `too many redirects from ${start.host} (more than ${MAX_HOPS})`,
        {
          httpStatus: response.status,
        },
      );
    }
    url = parseServerUrl(location, url);
    mayAuthenticate &&= url.origin === start.origin;
  }
}

/** A client cannot follow 300, 304, and 305. */
function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
