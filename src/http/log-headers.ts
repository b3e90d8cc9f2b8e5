import type { HttpRequest, HttpResponse } from './transport.ts';

/** Fields whose values are secrets or hold some. */
const SECRET_FIELDS = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie']);
/** Fields whose values are URLs, where the query may be a signature. */
const URL_FIELDS = new Set(['location', 'content-location', 'referer']);

/** A request's head for `-vv`, as lines; secrets and queries are left out. */
export function formatRequestHeaders({
  method,
  url,
  headers,
}: Pick<HttpRequest, 'method' | 'url' | 'headers'>): readonly string[] {
  return [
    `> ${method} ${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`,
    ...fields('>', Object.entries(headers)),
  ];
}

/** An answer's head for `-vv`, as lines; secrets and queries are left out. */
export function formatResponseHeaders({
  status,
  headers,
}: Pick<HttpResponse, 'status' | 'headers'>): readonly string[] {
  return [`< ${status}`, ...fields('<', headers.entries())];
}

function fields(prefix: string, entries: Iterable<readonly [string, string]>): string[] {
  return Array.from(entries, ([name, value]) => `${prefix} ${name}: ${shown(name.toLowerCase(), value)}`);
}

function shown(name: string, value: string): string {
  if (SECRET_FIELDS.has(name)) return '***';
  return URL_FIELDS.has(name) ? value.replace(/[?#].*$/s, '?…') : value;
}
