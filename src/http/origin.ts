import { ExpectedError } from '../errors.ts';

/**
 * Whether a request to `url` may carry the credential that belongs to `origin`. Only the same
 * scheme, host and port are the same party: not a sub-domain, not another port of the host.
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
 * Reads a URL that the service handed out, relative to the one that was asked. Refused are schemes
 * other than http(s), user info (it can hide the real host, or carry a secret) and http where it
 * was not http before: a secret or a file must never start to travel in the clear.
 * @throws ExpectedError BAD_RESPONSE when it is no URL, UNSAFE when it is a dangerous one
 */
export function parseServerUrl(text: string, base: URL): URL {
  if (!URL.canParse(text, base.href)) {
    throw new ExpectedError('BAD_RESPONSE', 'the service handed out something that is not a URL');
  }
  const url = new URL(text, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ExpectedError(
      'UNSAFE',
      `the service sent us to a ${url.protocol} address; only https is followed`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new ExpectedError(
      'UNSAFE',
      `the service sent us to an address with user info at ${url.host}; refused`,
    );
  }
  if (url.protocol === 'http:' && !(base.protocol === 'http:' && isLoopback(base) && isLoopback(url))) {
    throw new ExpectedError('UNSAFE', `the service sent us from https to http at ${url.host}; refused`, {
      hint: 'report this to the service: files and tokens must not travel unencrypted',
    });
  }
  return url;
}

/** The URL without its query and fragment, which may hold a signature. */
export function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
