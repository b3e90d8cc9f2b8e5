import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { listTree } from '../../support/temp-folder.ts';

export const object = makeZipObject(20_000);

/** The requests of `fetch`, in order. */
export const LOOK = `GET /v2/downloads/${PACKAGE_ID}`;
export const FILE = 'GET /v2/downloads/file/one';

/** An API with one package that contains `object`. */
export function start(options: Parameters<typeof startApi>[0] = {}): Promise<ApiServer> {
  return startApi({
    files: { one: object },
    packages: [{ title: 'Grüße aus Graz', files: ['one'] }],
    ...options,
  });
}

export function filesIn(folder: string): string[] {
  return listTree(folder)
    .filter(({ type }) => type === 'file')
    .map(({ path }) => path);
}
