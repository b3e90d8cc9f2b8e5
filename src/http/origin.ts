import { ExpectedError } from '../errors.ts';

/**
 * Whether a request to `url` can carry the credential of `origin`. Scheme, host, and port must match. Subdomains and
 * other ports do not.
 */
export function mayCarryCredential(url: URL, origin: string): boolean {
  return url.origin === origin && url.username === '' && url.password === '';
}

export function isLoopback(url: URL): boolean {
  return (
    url.hostname === 'localhost' ||
    url.hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(url.hostname)
  );
}

/**
 * Parses a URL from the service, relative to the requested one. Refuses schemes other than http(s), user info (which
 * can hide the real host or a secret), and a downgrade to http, which would send secrets or files unencrypted.
 * @throws ExpectedError BAD_RESPONSE for an invalid URL, UNSAFE for a dangerous one
 */
export function parseServerUrl(text: string, base: URL): URL {
  if (!URL.canParse(text, base.href)) {
    throw new ExpectedError('BAD_RESPONSE', 'the service sent an invalid URL');
  }
  const url = new URL(text, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ExpectedError('UNSAFE', `refusing redirect to a ${url.protocol} URL: only https is allowed`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ExpectedError('UNSAFE', `refusing redirect to a URL with user info: ${url.host}`);
  }
  if (url.protocol === 'http:' && !(base.protocol === 'http:' && isLoopback(base) && isLoopback(url))) {
    throw new ExpectedError('UNSAFE', `refusing redirect from https to http: ${url.host}`, {
      hint: 'report this to the operator of the service',
    });
  }
  return url;
}

/** The URL without its query and fragment, which can contain a signature. */
export function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
