import { isAscii, isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { decodeSingleBytes, type NameDecoder } from './name-encoding.ts';
import { refused, showName } from './refusal.ts';

/**
 * Where the reading of a name comes from: `stated` by the archive or by the user, ASCII among it; otherwise it is a
 * guess. `invalid`: it is not what was stated, and has U+FFFD where it is not.
 */
export type NameReading = 'stated' | 'guessed-utf8' | 'guessed-cp437' | 'invalid';

export interface DecodedName {
  readonly name: string;
  readonly reading: NameReading;
}

/**
 * What writers put for a character that the encoding of the header does not have; `#U` is Info-ZIP's. Without
 * one an ASCII name needs no second one: readers that do not know the extra field would see something else.
 */
const STAND_IN = /[?_]|#U/;

/**
 * Decodes the name of an entry, the same way on every machine: the Unicode path extra field
 * (APPNOTE 4.6.9) when there is one, else as the flag says; without a flag by `decode` when there is one, else as
 * UTF-8 if it is that, else as CP437. Info-ZIP leaves the flag out in the C locale of servers, and CP437 text is
 * hardly ever valid UTF-8.
 * @param decode for names that say nothing, when somebody has said what they are
 * @throws ExpectedError UNSAFE when the extra field belongs to another name or contradicts it
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
  if (!isOurs) throw refused(`entry ${showName(name)} carries the Unicode name of another one`);
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
