import { type Api, MAX_PER_PAGE } from './client.ts';
import type { Package } from './package.ts';
import { collectPages } from './paging.ts';

/**
 * All packages of the account, in the order of the service.
 * @param warn called if the service claims more packages than it sends
 * @throws ExpectedError as listDownloads() and collectPages()
 */
export async function listAllPackages(
  api: Pick<Api, 'listDownloads'>,
  { signal, warn }: { signal: AbortSignal; warn?: (message: string) => void },
): Promise<readonly Package[]> {
  const { items } = await collectPages((page) => api.listDownloads(page, MAX_PER_PAGE, signal), {
    limit: Number.POSITIVE_INFINITY,
    pageSize: MAX_PER_PAGE,
    ...(warn === undefined ? {} : { warn }),
  });
  return items;
}
