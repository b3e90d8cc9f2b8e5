import type { FaultHandler } from './faults/fault-server.ts';

/**
 * Holds each request until `count` are in flight, or for `waitMs`, so that requests that come alone continue. `most`
 * returns the maximum in flight.
 */
export function inCrowdsOf(
  count: number,
  respond: FaultHandler,
  { waitMs = 300 }: { readonly waitMs?: number } = {},
): { readonly handler: FaultHandler; most(): number } {
  let underWay = 0;
  let most = 0;
  let open: () => void = () => {};
  const crowd = new Promise<void>((resolve) => {
    open = resolve;
  });
  const handler: FaultHandler = async (request, reply) => {
    underWay += 1;
    most = Math.max(most, underWay);
    // Waits a moment longer, to detect a request beyond the limit.
    if (underWay >= count) setTimeout(open, 50);
    await Promise.race([crowd, new Promise((resolve) => setTimeout(resolve, waitMs).unref())]);
    underWay -= 1;
    await respond(request, reply);
  };
  return { handler, most: () => most };
}
