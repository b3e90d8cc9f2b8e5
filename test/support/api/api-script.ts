import type { FaultReply } from '../faults/fault-response.ts';
import type { FaultHandler, FaultRequest } from '../faults/fault-server.ts';
import { type ApiState, createPackage, notFound } from './api-packages.ts';
import { type Route, segment } from './api-routes.ts';

/**
 * One response of a script: a status code (JSend error for 4xx and 5xx), a package status for a package's
 * route, a complete response, raw bytes, a handler, or `default` for the default response.
 */
export type Answer =
  | number
  | 'default'
  | 'preparing'
  | 'ready'
  | 'failed'
  | { readonly packageStatus: string }
  | {
      readonly status?: number;
      readonly json: unknown;
      readonly headers?: Readonly<Record<string, string | number>>;
    }
  | { readonly status?: number; readonly text: string; readonly contentType?: string }
  | { readonly raw: string | Uint8Array; readonly after?: 'end' | 'reset' | 'stall' }
  | FaultHandler;

/** An array is used up call by call, followed by default responses. A single response is always repeated. */
export type Script = Readonly<Partial<Record<Route, Answer | readonly Answer[]>>>;

export function isSequence(answer: Answer | readonly Answer[]): answer is readonly Answer[] {
  return Array.isArray(answer);
}

export async function answerAsScripted(
  answer: Exclude<Answer, 'default'>,
  route: Route,
  request: FaultRequest,
  reply: FaultReply,
  state: ApiState,
): Promise<void> {
  if (typeof answer === 'function') return answer(request, reply);
  if (typeof answer === 'string') return answerWithStatus(answer, route, request, reply, state);
  if (typeof answer === 'number') {
    const isError = answer >= 400;
    return reply.json(answer, isError ? { status: 'error', message: `scripted ${answer}` } : { data: null });
  }
  if ('packageStatus' in answer) return answerWithStatus(answer.packageStatus, route, request, reply, state);
  if ('json' in answer) return reply.json(answer.status ?? 200, answer.json, answer.headers);
  if ('text' in answer) {
    const headers = { 'Content-Type': answer.contentType ?? 'text/html' };
    return reply.send(answer.status ?? 200, headers, answer.text);
  }
  await reply.raw(answer.raw);
  return answer.after === undefined ? undefined : reply[answer.after]();
}

/** The requested package with another status. Only ready packages have files. */
function answerWithStatus(
  status: string,
  route: Route,
  request: FaultRequest,
  reply: FaultReply,
  state: ApiState,
): Promise<void> {
  const found =
    route === 'POST /v2/downloads' ? createPackage(request, state) : state.packages.get(segment(request, 1));
  if (found === undefined) return notFound(reply);
  const shown = { ...found, status, ...(status === 'ready' ? {} : { files: null }) };
  return reply.json(route === 'POST /v2/downloads' ? 201 : 200, { status: 'success', data: shown });
}
