import { send } from '../../sandbox/conversation.ts';
import { definedPairs, type FaultReply, type HeaderList } from '../faults/fault-response.ts';
import { type FaultRequest, type FaultServer, startFaultServer } from '../faults/fault-server.ts';

/** Headers of one connection (RFC 9110 7.6.1), and the length, which the reply adds itself. */
const OWN_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/**
 * Starts a fault server that passes requests on to another server, such as a sandbox. `spoil` may reply in place of
 * that server after it has responded; undefined passes its response on.
 */
export function startInFrontOf(
  url: string,
  spoil: (request: FaultRequest, reply: FaultReply) => Promise<void> | undefined,
): Promise<FaultServer> {
  const { origin, host } = new URL(url);
  return startFaultServer(async (request, reply) => {
    const { method, target, headers, body } = request;
    const received = await send(`${origin}${target}`, {
      method,
      headers: { ...Object.fromEntries(headers), host, connection: 'close' },
      body,
    });
    const spoiled = spoil(request, reply);
    if (spoiled !== undefined) return spoiled;
    const passed: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(received.headers))
      if (!OWN_HEADERS.includes(name)) passed[name] = Array.isArray(value) ? value.join(', ') : value;
    const pairs: HeaderList = definedPairs(passed);
    return received.status === 204
      ? reply.head(204, pairs)
      : reply.send(received.status, pairs, received.bytes);
  });
}
