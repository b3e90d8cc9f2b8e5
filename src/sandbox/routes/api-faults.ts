import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../server/refusal.ts';
import { pause } from '../server/send-body.ts';
import type { SandboxResponse } from '../state/api-call.ts';
import type { SandboxState } from '../state/sandbox-state.ts';

/**
 * Applies the API faults before the route: returns a response, `done` if nothing more is sent, or undefined to
 * continue.
 * @throws Refusal for faults that are errors
 */
export async function applyApiFaults(
  request: IncomingMessage,
  response: ServerResponse,
  { faults, signal }: SandboxState,
): Promise<SandboxResponse | 'done' | undefined> {
  const slow = faults.find('api-slow');
  if (slow !== undefined) await pause(slow.amount, signal);
  if (faults.take('api-reset') !== undefined) {
    request.socket.resetAndDestroy();
    return 'done';
  }
  if (faults.take('api-503') !== undefined) throw new Refusal(503, 'the service is under maintenance');
  if (faults.take('api-429') !== undefined) throw new Refusal(429, 'too many requests');
  const status = faults.take('api-status');
  if (status !== undefined)
    throw new Refusal(status.amount, `the sandbox is configured to return ${status.amount}`);
  if (faults.take('api-html') !== undefined) {
    const text = '<!doctype html>\n<title>Sign in</title>\n<p>Please sign in to continue.</p>\n';
    return { status: 200, text, mimeType: 'text/html; charset=utf-8' };
  }
  if (faults.take('api-empty') !== undefined) return { status: 200, text: '', mimeType: 'application/json' };
  if (faults.take('api-truncated') !== undefined) {
    return { status: 200, text: '{"status":"success","data":{"id":"', mimeType: 'application/json' };
  }
  if (faults.take('api-endless') !== undefined) {
    await sendEndlessJson(request, response);
    return 'done';
  }
  return undefined;
}

/** An array without an end, until the client stops reading. */
async function sendEndlessJson(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.write('{"status":"success","data":[');
  const piece = '"more",'.repeat(10_000);
  while (!response.destroyed) {
    await new Promise<void>((resolve) => {
      response.once('close', resolve);
      response.write(piece, () => {
        response.off('close', resolve);
        resolve();
      });
    });
  }
}
