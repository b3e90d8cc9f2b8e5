import { STATUS_CODES } from 'node:http';
import type { Traits } from '../dialect/traits.ts';
import type { Refusal } from '../server/refusal.ts';
import type { SandboxResponse } from '../state/api-call.ts';

/** An error in the format of the dialect, or undefined for JSend. */
export function shapeError(
  { status, message, fields }: Refusal,
  traits: Traits,
): SandboxResponse | undefined {
  const title = STATUS_CODES[status] ?? 'Error';
  const entries = Object.entries(fields ?? {});
  switch (traits.errors) {
    case 'problem': {
      const errors = Object.fromEntries(entries.map(([field, text]) => [field, [text]]));
      const problem = { type: 'about:blank', title, status, detail: message };
      const text = JSON.stringify(entries.length > 0 ? { ...problem, errors } : problem);
      return { status, text, mimeType: 'application/problem+json' };
    }
    case 'oauth':
      return {
        status,
        json: { error: title.toLowerCase().replaceAll(' ', '_'), error_description: message },
      };
    case 'nested': {
      const details = entries.map(([field, text]) => ({ field, reason: { text } }));
      return { status, json: { status: 'fail', data: { error: { message, details, retry: false } } } };
    }
    case 'text':
      return { status, text: `${message}\n`, mimeType: 'text/plain; charset=utf-8' };
    case 'html':
      return {
        status,
        text: `<!doctype html>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n`,
        mimeType: 'text/html',
      };
    case 'empty':
      return { status, text: '', mimeType: 'text/plain' };
    case 'jsend':
      return undefined;
  }
}

/** Ten years off: a client must compare a date with the Date of the same response, not with its own clock. */
const OTHER_CLOCK_MS = 10 * 365 * 24 * 3_600_000;

/** How 429 and 503 specify that the call can be repeated after a second. */
export function waitHeaders(traits: Traits): Record<string, string> {
  const nowMs = Date.now();
  switch (traits['rate-header']) {
    case 'ratelimit-reset':
      return { 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '1' };
    case 'x-ratelimit-reset':
      return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' };
    case 'epoch':
      return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(nowMs / 1000) + 1) };
    case 'date':
      return {
        date: new Date(nowMs + OTHER_CLOCK_MS).toUTCString(),
        'retry-after': new Date(nowMs + OTHER_CLOCK_MS + 1000).toUTCString(),
      };
    case 'none':
      return {};
    case 'retry-after':
      return { 'retry-after': '1' };
  }
}
