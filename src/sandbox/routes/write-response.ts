import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { writeIds } from '../dialect/ids.ts';
import { shapeKeys } from '../dialect/shape-document.ts';
import type { Traits } from '../dialect/traits.ts';
import { failureText, Refusal } from '../server/refusal.ts';
import type { SandboxResponse } from '../state/api-call.ts';
import type { Zone } from './routes.ts';
import { shapeError, waitHeaders } from './shape-error.ts';

export interface WriteOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly traits: Traits;
  /** undefined if the request reached no route. */
  readonly zone: Zone | undefined;
}

/** Sends the response of a route. */
export function writeResponse(answer: SandboxResponse, options: WriteOptions): void {
  const { traits } = options;
  if ('text' in answer) {
    writeText(options, answer.status, answer.text, { ...answer.headers, 'content-type': answer.mimeType });
  } else if ('json' in answer) writeJson(options, answer.status, answer.json);
  else {
    const envelope = { ...answer.beside, ...outerStatus(traits), data: answer.data };
    writeJson(options, answer.status, envelope, answer.headers);
  }
}

function outerStatus({ envelope }: Traits): { readonly status?: string | number } {
  if (envelope === 'absent') return {};
  return { status: envelope === '200' ? 200 : envelope };
}

/** Sends an error as JSend: `fail` for client errors, `error` for server errors. */
export function writeError(error: unknown, options: WriteOptions): void {
  const { response, traits, zone } = options;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const refusal = error instanceof Refusal ? error : internalError(error);
  const { status, message, fields } = refusal;
  const headers: OutgoingHttpHeaders = { ...refusal.headers };
  if (status === 429 || status === 503) {
    Object.assign(headers, waitHeaders(traits));
  }
  const envelope =
    status >= 500
      ? { status: 'error', message }
      : { status: 'fail', data: fields ?? null, ...(fields === undefined ? { message } : {}) };
  const shaped = zone === 'api' ? shapeError(refusal, traits) : undefined;
  if (shaped !== undefined) writeShaped(shaped, headers, options);
  else writeJson(options, status, envelope, headers);
}

function writeShaped(answer: SandboxResponse, headers: OutgoingHttpHeaders, options: WriteOptions): void {
  if ('text' in answer) {
    writeText(options, answer.status, answer.text, { ...headers, 'content-type': answer.mimeType });
  } else if ('json' in answer) writeJson(options, answer.status, answer.json, headers);
}

function internalError(error: unknown): Refusal {
  return new Refusal(500, `the sandbox failed: ${failureText(error)}`);
}

function writeJson(
  options: WriteOptions,
  status: number,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const { traits } = options;
  const shaped = shapeKeys(value, traits);
  const text = (traits.bom === 'utf-8' ? '\uFEFF' : '') + writeIds(JSON.stringify(shaped), traits);
  writeText(options, status, text, { ...headers, 'content-type': 'application/json; charset=utf-8' });
}

function writeText(
  { request, response }: WriteOptions,
  status: number,
  text: string | Buffer,
  headers: OutgoingHttpHeaders,
): void {
  const body = Buffer.from(text);
  const hasUnreadBody = request.headers['content-length'] !== undefined && !request.complete;
  if (status === 204) {
    response.writeHead(204, headers).end();
    return;
  }
  response.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
    'content-length': body.length,
    ...(hasUnreadBody ? { connection: 'close' } : {}),
  });
  response.end(body);
}
