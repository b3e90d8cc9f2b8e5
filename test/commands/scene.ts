import { CREATED_ID_PREFIX } from '../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../support/api/api-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';

/** The ID of the first created package. */
export const ID = `${CREATED_ID_PREFIX}0`;

/** An API without packages. Created packages get one file of 2,000 bytes. */
export function startEmpty(options: Parameters<typeof startApi>[0] = {}): Promise<ApiServer> {
  return startApi({ packages: [], files: { one: makeZipObject(2_000) }, ...options });
}

/** The bodies of all create requests. */
export function bodiesSent(api: ApiServer): unknown[] {
  return api.requestsOf('POST /v2/downloads').map(({ body }) => JSON.parse(body.toString('utf8')));
}

/** Every request as `METHOD target`. */
export function calls(api: ApiServer): string[] {
  return api.requests.map(({ method, target }) => `${method} ${target}`);
}
