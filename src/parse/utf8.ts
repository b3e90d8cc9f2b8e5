import { ExpectedError } from '../errors.ts';

/**
 * Decodes text from an editor or a shell, without the byte order mark that Windows writes.
 * @param source the name of the source for the message
 * @throws ExpectedError USAGE for UTF-16, which PowerShell 5.1 writes
 */
export function decodeUtf8(bytes: Uint8Array, source: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new ExpectedError('USAGE', `${source} is UTF-16 text`, {
      hint: 'save it as UTF-8; in PowerShell, use Out-File -Encoding utf8',
    });
  }
  return new TextDecoder().decode(bytes);
}
