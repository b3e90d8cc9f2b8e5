import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../server/refusal.ts';
import { pause } from '../server/send-body.ts';
import type { SandboxResponse } from '../state/api-call.ts';
import type { SandboxState } from '../state/sandbox-state.ts';

/**
 * What the API faults make of a call before its route sees it: an answer, `done` when there is nothing more
 * to say, or undefined to go on.
 * @throws Refusal for the faults that are refusals
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
  if (faults.take('api-503') !== undefined) throw new Refusal(503, 'the service is being looked after');
  if (faults.take('api-429') !== undefined) throw new Refusal(429, 'too many requests');
  const status = faults.take('api-status');
  if (status !== undefined)
    throw new Refusal(status.amount, `the sandbox was told to answer ${status.amount}`);
  if (faults.take('api-html') !== undefined) {
    const text = '<!doctype html>\n<title>Sign in</title>\n<p>Please sign in to go on.</p>\n';
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

/** As much as the client takes: an array that is never closed. */
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
