import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { writeIds } from '../dialect/ids.ts';
import { shapeKeys } from '../dialect/shape-document.ts';
import type { Traits } from '../dialect/traits.ts';
import type { ActiveFaults } from '../faults/active-faults.ts';
import { failureText, Refusal } from '../server/refusal.ts';
import type { SandboxResponse } from '../state/api-call.ts';
import type { Zone } from './routes.ts';
import { shapeError, waitHeaders } from './shape-error.ts';

export interface WriteOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly faults: ActiveFaults;
  readonly traits: Traits;
  /** undefined if the request reached no route. */
  readonly zone: Zone | undefined;
}

/** Sends the response of a route. */
export function writeResponse(answer: SandboxResponse, options: WriteOptions): void {
  const { faults, traits } = options;
  if ('text' in answer) {
    writeText(options, answer.status, answer.text, { ...answer.headers, 'content-type': answer.mimeType });
  } else if ('json' in answer) writeJson(options, answer.status, answer.json);
  else {
    const envelope: Record<string, unknown> = {
      ...answer.beside,
      status: outerStatus(traits),
      data: answer.data,
    };
    if (faults.find('bare-data') !== undefined) delete envelope['status'];
    if (faults.find('no-data') !== undefined) delete envelope['data'];
    const isHidden = options.zone === 'api' && faults.take('success-with-500') !== undefined;
    writeJson(options, isHidden ? 500 : answer.status, envelope, answer.headers);
  }
}

/** `absent` is the fault `bare-data`. */
function outerStatus({ envelope }: Traits): unknown {
  if (envelope === '200') return 200;
  return envelope === 'absent' ? 'success' : envelope;
}

/** Sends an error as JSend: `fail` for client errors, `error` for server errors. */
export function writeError(error: unknown, options: WriteOptions): void {
  const { response, faults, traits, zone } = options;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const refusal = error instanceof Refusal ? error : internalError(error);
  const { status, message, fields } = refusal;
  const headers: OutgoingHttpHeaders = { ...refusal.headers };
  if (status === 429 || status === 503) {
    Object.assign(headers, waitHeaders(faults.find('retry-after')?.text ?? '1', traits));
  }
  const envelope =
    status >= 500
      ? { status: 'error', message }
      : { status: 'fail', data: fields ?? null, ...(fields === undefined ? { message } : {}) };
  const isHidden = zone === 'api' && faults.find('fail-with-200') !== undefined;
  const shaped = zone === 'api' ? shapeError(refusal, traits) : undefined;
  if (shaped !== undefined) writeShaped(shaped, headers, options);
  else writeJson(options, isHidden ? 200 : status, envelope, headers);
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
  const { faults, traits, zone } = options;
  const shaped = shapeKeys(value, traits);
  let text = (traits.bom === 'utf-8' ? '\uFEFF' : '') + writeIds(JSON.stringify(shaped), traits);
  if (faults.find('number-ids') !== undefined) text = text.replaceAll(/"id":"(\d{16,})"/g, '"id":$1');
  if (zone === 'api' && faults.find('hostile-keys') !== undefined) text = withHostileKeys(text);
  writeText(options, status, text, { ...headers, 'content-type': 'application/json; charset=utf-8' });
}

function writeText(
  { request, response, faults, zone }: WriteOptions,
  status: number,
  text: string | Buffer,
  headers: OutgoingHttpHeaders,
): void {
  const isGzip = zone === 'api' && faults.find('api-gzip') !== undefined;
  const body = isGzip ? gzipSync(text) : Buffer.from(text);
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
    ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
    ...(hasUnreadBody ? { connection: 'close' } : {}),
  });
  response.end(body);
}

/** Keys that pollute prototypes in a careless merge, in the envelope and in each item with an ID. */
function withHostileKeys(text: string): string {
  const keys = '"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},';
  return text.replace(/^\{/, `{${keys}`).replaceAll('{"id":', `{${keys}"id":`);
}
