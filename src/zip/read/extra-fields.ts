import { damaged, refused } from './refusal.ts';

/** The supported extra fields; contents without their 4-byte headers. */
export interface ExtraFields {
  /** 0x0001, APPNOTE 4.5.3 */
  readonly zip64: Buffer | null;
  /** 0x5455 'UT', Info-ZIP: flags 1, then (flag bit 0) modification time 4, seconds since the epoch, signed */
  readonly timestamps: Buffer | null;
  /** 0x7075, APPNOTE 4.6.9 */
  readonly unicodePath: Buffer | null;
}

/**
 * Parses extra fields (APPNOTE 4.5.1: id 2, length 2, contents). Up to three zero bytes at the end are
 * accepted as padding of alignment tools (four would be an empty field), and any number of 0xff bytes,
 * which cannot be a field. The first of two timestamps counts.
 * @param where names the entry in messages
 * @throws ExpectedError INTEGRITY if they do not fill their space exactly, UNSAFE if a relevant one occurs twice
 */
export function readExtraFields(extra: Buffer, where: () => string): ExtraFields {
  const found: { -readonly [Key in keyof ExtraFields]: ExtraFields[Key] } = {
    zip64: null,
    timestamps: null,
    unicodePath: null,
  };
  let position = 0;
  while (position + 4 <= extra.length && !isAllOnes(extra, position)) {
    const id = extra.readUInt16LE(position);
    const start = position + 4;
    const end = start + extra.readUInt16LE(position + 2);
    if (end > extra.length) throw damaged(`an extra field of ${where()} is longer than the space for it`);
    const key = KEYS[id];
    if (key !== undefined) {
      if (found[key] !== null && key !== 'timestamps')
        throw refused(`${where()} has two extra fields of the same kind (${key})`);
      found[key] ??= extra.subarray(start, end);
    }
    position = end;
  }
  if (isAllOnes(extra, position)) return found;
  for (; position < extra.length; position++) {
    if (extra[position] !== 0) throw damaged(`bytes are left over after the extra fields of ${where()}`);
  }
  return found;
}

/** A field that starts with four 0xff bytes would exceed any space for it. */
function isAllOnes(extra: Buffer, start: number): boolean {
  return extra[start] === 0xff && extra.subarray(start).every((byte) => byte === 0xff);
}

const KEYS: Readonly<Record<number, keyof ExtraFields>> = {
  0x0001: 'zip64',
  0x5455: 'timestamps',
  0x7075: 'unicodePath',
};
