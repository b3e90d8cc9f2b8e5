import { ExpectedError } from '../errors.ts';
import { parseServerUrl } from './origin.ts';
import type { HttpResponse } from './transport.ts';

const MAX_HOPS = 5;

/**
 * Follows redirects of a GET by hand. `sendTo` makes each request anew for its URL, so that a
 * credential is decided on at every hop instead of being taken off afterwards. Once a hop has left the origin that the
 * chain began at, `mayAuthenticate` stays false: what another host leads back to is not what the user asked for.
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
        `${url.host} answered ${response.status} without saying where to go`,
        {
          httpStatus: response.status,
        },
      );
    }
    if (hops >= MAX_HOPS) {
      throw new ExpectedError(
        'BAD_RESPONSE',
        `${start.host} redirects in circles (more than ${MAX_HOPS} hops)`,
        {
          httpStatus: response.status,
        },
      );
    }
    url = parseServerUrl(location, url);
    mayAuthenticate &&= url.origin === start.origin;
  }
}

/** 300, 304 and 305 are no redirects that a client could follow. */
function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
