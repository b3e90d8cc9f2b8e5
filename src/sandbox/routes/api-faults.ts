import type { IncomingMessage, ServerResponse } from 'node:http';
import { SIGN_IN_PAGE } from '../faults/fault-responses.ts';
import { createWire } from '../faults/wire.ts';
import { Refusal } from '../server/refusal.ts';
import type { SandboxResponse } from '../state/api-call.ts';
import type { SandboxState } from '../state/sandbox-state.ts';

/**
 * Applies the API faults before the route: returns a response, `done` if nothing more is sent, or undefined to
 * continue.
 * @throws Refusal for faults that are errors
 */
export async function applyApiFaults(
  { socket }: IncomingMessage,
  response: ServerResponse,
  { faults }: SandboxState,
): Promise<SandboxResponse | 'done' | undefined> {
  const wire = createWire({ body: response, connection: socket, socket });
  const slow = faults.find('api-slow');
  if (slow !== undefined) await wire.pause(slow.amount);
  if (faults.take('api-reset') !== undefined) {
    await wire.reset();
    return 'done';
  }
  if (faults.take('api-503') !== undefined) throw new Refusal(503, 'the service is under maintenance');
  if (faults.take('api-429') !== undefined) throw new Refusal(429, 'too many requests');
  const status = faults.take('api-status');
  if (status !== undefined) {
    throw new Refusal(status.amount, `the sandbox is configured to return ${status.amount}`);
  }
  if (faults.take('api-html') === undefined) return undefined;
  return { status: 200, text: SIGN_IN_PAGE, mimeType: 'text/html; charset=utf-8' };
}
