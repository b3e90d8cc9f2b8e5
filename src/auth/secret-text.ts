import { ExpectedError } from '../errors.ts';

/** Visible ASCII, a superset of b64token (RFC 6750). Anything else would break the header. */
const ILLEGAL = /[^\x21-\x7e]/;
/** No server accepts a header of that length. */
const LIMIT_CHARACTERS = 65_536;

/**
 * Trims a pasted secret and checks that it can be sent. The message contains the position of an illegal character, but
 * never the value, which Node's own error would print.
 * @param hint replaces the default hint
 * @throws ExpectedError AUTH
 */
export function parseSecret(
  text: string,
  name: string,
  hint = `set ${name} to only the value, on one line`,
): string {
  const secret = text.trim();
  if (secret.length > LIMIT_CHARACTERS) {
    throw new ExpectedError('AUTH', `${name} is longer than ${LIMIT_CHARACTERS} characters`, { hint });
  }
  const position = secret.search(ILLEGAL);
  if (secret === '' || position >= 0) {
    const problem = secret === '' ? 'is empty' : `has an illegal character at position ${position + 1}`;
    throw new ExpectedError('AUTH', `${name} ${problem}`, { hint });
  }
  return secret;
}
