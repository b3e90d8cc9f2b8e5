import { isAscii, isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { refused, showName } from './refusal.ts';

/** Upper half of code page 437, the encoding of old names (APPNOTE appendix D.1). */
const CP437_UPPER =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/**
 * What writers put for a character that the encoding of the header does not have; `#U` is Info-ZIP's. Without
 * one an ASCII name needs no second one: readers that do not know the extra field would see something else.
 */
const STAND_IN = /[?_]|#U/;

/**
 * Decodes the name of an entry, the same way on every machine: the Unicode path extra field
 * (APPNOTE 4.6.9) when there is one, else UTF-8 if it is that, else CP437. The flag is not needed for
 * UTF-8, as Info-ZIP leaves it out in the C locale of servers, and CP437 text is hardly ever valid
 * UTF-8. Bytes that are not UTF-8 although flagged become U+FFFD, which `safePath` refuses.
 * @throws ExpectedError UNSAFE when the extra field belongs to another name or contradicts it
 */
export function decodeName(rawName: Buffer, isUtf8Flagged: boolean, unicodePath: Buffer | null): string {
  const name = isAscii(rawName)
    ? rawName.toString('latin1')
    : isUtf8Flagged || isUtf8(rawName)
      ? rawName.toString('utf8')
      : decodeCp437(rawName);
  if (unicodePath === null) return name;

  // Offset 0: version 1; 1: CRC-32 of the name in the header 4; 5: the name in UTF-8.
  const isOurs =
    unicodePath.length >= 5 && unicodePath[0] === 1 && unicodePath.readUInt32LE(1) === crc32(rawName);
  if (!isOurs) throw refused(`entry ${showName(name)} carries the Unicode name of another one`);
  const unicodeBytes = unicodePath.subarray(5);
  const unicodeName = unicodeBytes.toString('utf8');
  const mustBeSame = isUtf8Flagged || (isAscii(rawName) && !STAND_IN.test(name));
  if (!isUtf8(unicodeBytes) || (mustBeSame && unicodeName !== name)) {
    throw refused(`entry ${showName(name)} has a second name, ${showName(unicodeName)}`);
  }
  return unicodeName;
}

function decodeCp437(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    text += byte < 0x80 ? String.fromCharCode(byte) : CP437_UPPER.charAt(byte - 0x80);
  }
  return text;
}
