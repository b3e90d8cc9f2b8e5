import { ExpectedError } from '../errors.ts';
import type { Proxy, ProxySettings } from '../http/transport.ts';
import type { Environment } from './settings.ts';

/**
 * The proxy from the environment, as curl reads it. Lower case takes precedence, empty values count as unset, and
 * ALL_PROXY applies to both. Upper-case HTTP_PROXY is ignored under CGI, where a request header can set it.
 * @throws ExpectedError CONFIG for a proxy that is not an http(s) URL
 */
export function resolveProxy(env: Environment): ProxySettings {
  const first = (...names: string[]) => names.map((name) => env[name]).find((value) => value) ?? null;
  const isCgi = env.REQUEST_METHOD !== undefined;
  return {
    http: parseProxy(first('http_proxy', ...(isCgi ? [] : ['HTTP_PROXY']), 'all_proxy', 'ALL_PROXY')),
    https: parseProxy(first('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY')),
    // Loopback never uses the proxy, as in Go.
    noProxy: [first('no_proxy', 'NO_PROXY') ?? '', 'localhost', '127.0.0.1', '[::1]']
      .filter(Boolean)
      .join(','),
  };
}

function parseProxy(text: string | null): Proxy | null {
  if (text === null) return null;
  const withScheme = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(withScheme) || !/^https?:/.test(withScheme)) {
    throw new ExpectedError('CONFIG', 'the proxy is not an http or https URL', {
      hint: 'check HTTPS_PROXY, HTTP_PROXY, and ALL_PROXY',
    });
  }
  const url = new URL(withScheme);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const isAnonymous = username === '' && password === '';
  const userInfo = Buffer.concat([percentDecoded(username), Buffer.from(':'), percentDecoded(password)]);
  return {
    url: url.href,
    authorization: isAnonymous ? null : `Basic ${userInfo.toString('base64')}`,
    password: percentDecoded(password).toString('utf8'),
  };
}

/** Keeps a `%` that does not start an escape, as curl does. Passwords can contain it. */
function percentDecoded(text: string): Buffer {
  return Buffer.from(
    text.replaceAll(/%([\da-f]{2})/gi, (_escape, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  );
}
