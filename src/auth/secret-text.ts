import { ExpectedError } from '../errors.ts';

/** RFC 6750 b64token and then some: visible ASCII. Anything else would break the header field. */
const ILLEGAL = /[^\x21-\x7e]/;
/** No server takes a header field of that length; whatever it is, it is no secret. */
const LIMIT_CHARACTERS = 65_536;

/**
 * Takes a secret as a user pasted it: trimmed once, then checked to be sendable. The message names
 * the position of an illegal character and never the value, because Node's own error would print it.
 * @param hint what to do about it, where setting `name` is not it
 * @throws ExpectedError AUTH
 */
export function parseSecret(
  text: string,
  name: string,
  hint = `set ${name} to the value alone, on one line`,
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
