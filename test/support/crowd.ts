import type { FaultHandler, FaultRequest } from './faults/fault-server.ts';
import type { ServedObject } from './faults/served-object.ts';

/**
 * Holds all file requests until `count` are in flight, or for 300 ms; `most` returns the maximum in
 * flight.
 */
export function inCrowdsOf(
  count: number,
  fileOf: (request: FaultRequest) => ServedObject,
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
    await Promise.race([crowd, new Promise((resolve) => setTimeout(resolve, 300))]);
    underWay -= 1;
    await reply.file(fileOf(request));
  };
  return { handler, most: () => most };
}
