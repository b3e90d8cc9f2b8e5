import type { HttpRequest, HttpResponse } from './transport.ts';

/** Headers with secrets. */
const SECRET_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie']);
/** Headers with URLs, whose query can be a signature. */
const URL_HEADERS = new Set(['location', 'content-location', 'referer']);

/** The request line and headers for `-vv`, without secrets and queries. */
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

/** The status line and headers for `-vv`, without secrets and queries. */
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
  if (SECRET_HEADERS.has(name)) return '***';
  return URL_HEADERS.has(name) ? value.replace(/[?#].*$/s, '?…') : value;
}
