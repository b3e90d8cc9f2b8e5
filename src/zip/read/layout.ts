/**
 * Constants of the ZIP format (PKWARE APPNOTE.TXT 6.3.10; section numbers are in the comments here and
 * beside each parser). All integers are little-endian.
 */

/** Signatures as returned by `readUInt32LE`. */
export const SIGNATURE = {
  /** PK\3\4, section 4.3.7 */
  localHeader: 0x04034b50,
  /** PK\7\8, section 4.3.9 */
  dataDescriptor: 0x08074b50,
  /** PK\1\2, section 4.3.12 */
  centralHeader: 0x02014b50,
  /** PK\6\6, section 4.3.14 */
  zip64End: 0x06064b50,
  /** PK\6\7, section 4.3.15 */
  zip64Locator: 0x07064b50,
  /** PK\5\6, section 4.3.16 */
  end: 0x06054b50,
} as const;

/** Size of each record without its variable part. */
export const FIXED_BYTES = {
  localHeader: 30,
  centralHeader: 46,
  zip64End: 56,
  zip64Locator: 20,
  end: 22,
  /** Precedes the first entry of an archive that is split, or was prepared for splitting; sections 8.5.3 and 8.5.4. */
  spanMarker: 4,
} as const;

/** General purpose bit flags, section 4.4.4. */
export const FLAG = {
  encrypted: 1 << 0,
  /** Bits 1 and 2 only give the effort of the compressor. */
  compressionEffort: (1 << 1) | (1 << 2),
  /** CRC and sizes follow the data, in a data descriptor. */
  hasDescriptor: 1 << 3,
  patched: 1 << 5,
  stronglyEncrypted: 1 << 6,
  utf8: 1 << 11,
  maskedHeaders: 1 << 13,
} as const;

/** Compression methods, section 4.4.5. */
export const STORED = 0;
export const DEFLATED = 8;
const AES_ENCRYPTED = 99;

/** Values that refer to the zip64 extra field, section 4.4.1.4. */
export const SENTINEL_16 = 0xffff;
export const SENTINEL_32 = 0xffffffff;

const METHOD_NAMES: Readonly<Record<number, string>> = {
  [STORED]: 'stored',
  [DEFLATED]: 'deflated',
  1: 'shrunk',
  6: 'imploded',
  9: 'deflate64',
  12: 'bzip2',
  14: 'lzma',
  93: 'zstd',
  95: 'xz',
  98: 'ppmd',
  [AES_ENCRYPTED]: 'aes',
};

/** `stored`, `deflated`, the usual name of an unsupported method, or `method 77`. */
export function methodName(method: number): string {
  return METHOD_NAMES[method] ?? `method ${method}`;
}

export function isEncrypted(flags: number, method: number): boolean {
  const bits = FLAG.encrypted | FLAG.stronglyEncrypted | FLAG.maskedHeaders;
  return (flags & bits) !== 0 || method === AES_ENCRYPTED;
}

/** The start of an archive prepared for splitting: the signature of a descriptor, or PK00 if one part was enough. */
const SPLIT_MAGIC = 'PK\u0007\u0008';
const UNSPLIT_MAGIC = 'PK00';
/** Signatures of the first record: an entry, or the end of an empty archive, with or without zip64. */
const MAGIC = ['PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0006\u0006', UNSPLIT_MAGIC];
export const MAGIC_BYTES = 4;

/** Whether a file that starts with these bytes is a ZIP archive. */
export function isZip(head: Uint8Array): boolean {
  return MAGIC.includes(magicOf(head));
}

/** Whether it may be an archive or the first part of a split one. A shorter head is compared up to its length. */
export function couldBeZip(head: Uint8Array): boolean {
  return [...MAGIC, SPLIT_MAGIC].some((magic) => magic.startsWith(magicOf(head)));
}

/** Whether these bytes mark an archive prepared for splitting. Info-ZIP keeps the marker if one part was enough. */
export function isSpanMarker(head: Uint8Array): boolean {
  return [SPLIT_MAGIC, UNSPLIT_MAGIC].includes(magicOf(head));
}

function magicOf(head: Uint8Array): string {
  return Buffer.from(head.subarray(0, MAGIC_BYTES)).toString('latin1');
}

/** Reads an unsigned 64-bit integer; null above 2^53 - 1. */
export function readUInt64(buffer: Buffer, offset: number): number | null {
  const value = buffer.readUInt32LE(offset + 4) * 2 ** 32 + buffer.readUInt32LE(offset);
  return Number.isSafeInteger(value) ? value : null;
}
