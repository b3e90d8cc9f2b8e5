import { isAscii, isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { decodeSingleBytes, type NameDecoder } from './name-encoding.ts';
import { refused, showName } from './refusal.ts';

/**
 * The origin of a decoded name. `stated`: by the archive or the user, or plain ASCII. `invalid`: not valid in
 * the stated encoding; invalid bytes are U+FFFD. Otherwise the encoding is a guess.
 */
export type NameReading = 'stated' | 'guessed-utf8' | 'guessed-cp437' | 'invalid';

export interface DecodedName {
  readonly name: string;
  readonly reading: NameReading;
}

/**
 * Replacements for characters that the header's encoding lacks; `#U` is Info-ZIP's. An ASCII name without any
 * needs no second name: readers that ignore the extra field would see a different one.
 */
const STAND_IN = /[?_]|#U/;

/**
 * Decodes the name of an entry, the same way on every machine. The order is: the Unicode path extra field
 * (APPNOTE 4.6.9), the flag, `decode`, UTF-8 if the name is valid UTF-8, CP437. Info-ZIP omits the flag in
 * the C locale, which is common on servers. CP437 text is hardly ever valid UTF-8.
 * @param decode for names without a declared encoding, if the user stated one
 * @throws ExpectedError UNSAFE if the extra field belongs to another name or contradicts it
 */
export function decodeName(
  rawName: Buffer,
  isUtf8Flagged: boolean,
  unicodePath: Buffer | null,
  decode: NameDecoder | null = null,
): DecodedName {
  const decoded = decodeHeader(rawName, isUtf8Flagged, decode);
  if (unicodePath === null) return decoded;
  const { name } = decoded;

  // Offset 0: version 1; 1: CRC-32 of the name in the header 4; 5: the name in UTF-8.
  const isOurs =
    unicodePath.length >= 5 && unicodePath[0] === 1 && unicodePath.readUInt32LE(1) === crc32(rawName);
  if (!isOurs) throw refused(`entry ${showName(name)} has the Unicode name of another entry`);
  const unicodeBytes = unicodePath.subarray(5);
  const unicodeName = unicodeBytes.toString('utf8');
  const mustBeSame = isUtf8Flagged || (isAscii(rawName) && !STAND_IN.test(name));
  if (!isUtf8(unicodeBytes) || (mustBeSame && unicodeName !== name)) {
    throw refused(`entry ${showName(name)} has a second name, ${showName(unicodeName)}`);
  }
  return { name: unicodeName, reading: 'stated' };
}

function decodeHeader(rawName: Buffer, isUtf8Flagged: boolean, decode: NameDecoder | null): DecodedName {
  if (isAscii(rawName)) return { name: rawName.toString('latin1'), reading: 'stated' };
  const asUtf8 = rawName.toString('utf8');
  if (isUtf8Flagged) return { name: asUtf8, reading: isUtf8(rawName) ? 'stated' : 'invalid' };
  if (decode !== null) {
    const name = decode(rawName);
    return name === null ? { name: asUtf8, reading: 'invalid' } : { name, reading: 'stated' };
  }
  if (isUtf8(rawName)) return { name: asUtf8, reading: 'guessed-utf8' };
  return { name: decodeSingleBytes(rawName, 'cp437'), reading: 'guessed-cp437' };
}
