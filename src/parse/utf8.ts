import { ExpectedError } from '../errors.ts';

/**
 * Text as editors and shells save it: a byte order mark is not part of it (Windows writes one).
 * @param source what the bytes are of, for the message
 * @throws ExpectedError USAGE for UTF-16, which PowerShell 5.1 writes
 */
export function decodeUtf8(bytes: Uint8Array, source: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new ExpectedError('USAGE', `${source} is UTF-16 text`, {
      hint: 'save it as UTF-8; in PowerShell: … | Out-File -Encoding utf8 FILE',
    });
  }
  return new TextDecoder().decode(bytes);
}
