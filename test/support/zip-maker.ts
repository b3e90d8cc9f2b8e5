import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';

/**
 * Writes ZIP archives byte by byte. All values are correct unless the test overrides them, so each
 * deviation is isolated. Offsets and records follow APPNOTE.TXT; the tables are in src/zip.
 */

/** Fields that both headers of an entry have; given values are written unchanged. */
export interface HeaderLies {
  signature?: number;
  flags?: number;
  method?: number;
  time?: number;
  date?: number;
  crc?: number;
  compressedSize?: number;
  size?: number;
  name?: string | Buffer;
  nameLength?: number;
  extra?: Buffer;
  extraLength?: number;
}

export interface CentralLies extends HeaderLies {
  madeBy?: number;
  disk?: number;
  internalAttributes?: number;
  externalAttributes?: number;
  offset?: number;
  comment?: Buffer;
  commentLength?: number;
}

export type DescriptorForm = 'signed32' | 'plain32' | 'signed64' | 'plain64';

export interface EntrySpec {
  name: string | Buffer;
  content?: Buffer | string;
  method?: number;
  /** Bytes to write instead of the data of `content`. */
  data?: Buffer;
  /** Set in both headers. By default, the UTF-8 flag is set for names given as text. */
  flags?: number;
  /** Unix mode with its type bits, such as 0o120777 for a link. */
  mode?: number;
  extra?: Buffer;
  descriptor?: DescriptorForm;
  /** Wrong CRC and sizes in the descriptor. */
  descriptorLies?: { crc?: number; compressedSize?: number; size?: number; signature?: number };
  /** Writes all sizes and the offset in zip64 extra fields. */
  zip64?: boolean;
  local?: HeaderLies;
  central?: CentralLies;
  /** Unaccounted bytes before the local header. */
  gapBefore?: Buffer;
  /** Omits the entry from the directory or from the local entries. */
  isHidden?: boolean;
  isGhost?: boolean;
}

export interface EndLies {
  signature?: number;
  disk?: number;
  directoryDisk?: number;
  entriesHere?: number;
  entries?: number;
  directoryBytes?: number;
  directoryStart?: number;
  comment?: Buffer | string;
  commentLength?: number;
}

export interface Zip64EndLies {
  locator?: { disk?: number; start?: number | bigint; disks?: number; signature?: number };
  recordBytes?: number | bigint;
  signature?: number;
  disk?: number;
  entriesHere?: number | bigint;
  entries?: number | bigint;
  directoryBytes?: number | bigint;
  directoryStart?: number | bigint;
  extensible?: Buffer;
}

export interface ArchiveSpec {
  /** Written first; offsets do not include it. */
  prefix?: Buffer;
  suffix?: Buffer;
  afterEntries?: Buffer;
  afterDirectory?: Buffer;
  end?: EndLies;
  zip64End?: Zip64EndLies | true;
}

const UTF8 = 1 << 11;
const DESCRIPTOR = 1 << 3;
const ALL_ONES = 0xffffffff;

export function makeZip(entries: readonly EntrySpec[], archive: ArchiveSpec = {}): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const spec of entries) {
    const facts = factsOf(spec);
    if (!spec.isGhost) {
      const gap = spec.gapBefore ?? Buffer.alloc(0);
      const local = Buffer.concat([gap, localHeader(spec, facts), facts.data, descriptor(spec, facts)]);
      parts.push(local);
      if (!spec.isHidden) central.push(centralHeader(spec, facts, offset + gap.length));
      offset += local.length;
    } else central.push(centralHeader(spec, facts, offset));
  }
  if (archive.afterEntries) parts.push(archive.afterEntries);
  const directoryStart = offset + (archive.afterEntries?.length ?? 0);
  const directory = Buffer.concat(central);
  const ends = endRecords(archive, central.length, directoryStart, directory.length);
  return Buffer.concat([
    archive.prefix ?? Buffer.alloc(0),
    ...parts,
    directory,
    archive.afterDirectory ?? Buffer.alloc(0),
    ends,
    archive.suffix ?? Buffer.alloc(0),
  ]);
}

interface Facts {
  readonly data: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly method: number;
  readonly flags: number;
}

function factsOf(spec: EntrySpec): Facts {
  const { content: given = '' } = spec;
  const content = typeof given === 'string' ? Buffer.from(given) : given;
  const method = spec.method ?? 0;
  const utf8 = typeof spec.name === 'string' ? UTF8 : 0;
  return {
    data: spec.data ?? (method === 8 ? deflate(content) : content),
    crc: crc32(content),
    size: content.length,
    method,
    flags: (spec.flags ?? utf8) | (spec.descriptor ? DESCRIPTOR : 0),
  };
}

/** Tests repeatedly create archives with the same large content, and deflating it takes longer than the tests. */
const deflated = new Map<string, Buffer>();
const MOST_KEPT = 16;

function deflate(content: Buffer): Buffer {
  const hash = createHash('sha256').update(content).digest('hex');
  const known = deflated.get(hash);
  if (known !== undefined) return known;
  const bytes = deflateRawSync(content);
  const [oldest] = deflated.keys();
  if (oldest !== undefined && deflated.size >= MOST_KEPT) deflated.delete(oldest);
  deflated.set(hash, bytes);
  return bytes;
}

function localHeader(spec: EntrySpec, facts: Facts): Buffer {
  const lies = spec.local ?? {};
  const name = Buffer.from(lies.name ?? spec.name);
  const isLater = spec.descriptor !== undefined;
  const compressedSize = isLater ? 0 : facts.data.length;
  const size = isLater ? 0 : facts.size;
  const zip64 = spec.zip64 ? zip64Extra([size, compressedSize]) : Buffer.alloc(0);
  const extra = lies.extra ?? Buffer.concat([zip64, spec.extra ?? Buffer.alloc(0)]);
  return Buffer.concat([
    u32(lies.signature ?? 0x04034b50),
    u16(spec.zip64 ? 45 : 20),
    u16(lies.flags ?? facts.flags),
    u16(lies.method ?? facts.method),
    u16(lies.time ?? 0x6000),
    u16(lies.date ?? 0x5a21),
    u32(lies.crc ?? (isLater ? 0 : facts.crc)),
    u32(lies.compressedSize ?? (spec.zip64 ? ALL_ONES : compressedSize)),
    u32(lies.size ?? (spec.zip64 ? ALL_ONES : size)),
    u16(lies.nameLength ?? name.length),
    u16(lies.extraLength ?? extra.length),
    name,
    extra,
  ]);
}

function centralHeader(spec: EntrySpec, facts: Facts, offset: number): Buffer {
  const lies = spec.central ?? {};
  const name = Buffer.from(lies.name ?? spec.name);
  const zip64 = spec.zip64 ? zip64Extra([facts.size, facts.data.length, offset]) : Buffer.alloc(0);
  const extra = lies.extra ?? Buffer.concat([zip64, spec.extra ?? Buffer.alloc(0)]);
  const comment = lies.comment ?? Buffer.alloc(0);
  const isFolder = name.at(-1) === 0x2f;
  const mode = spec.mode ?? (isFolder ? 0o040755 : 0o100644);
  return Buffer.concat([
    u32(lies.signature ?? 0x02014b50),
    u16(lies.madeBy ?? 0x031e),
    u16(spec.zip64 ? 45 : 20),
    u16(lies.flags ?? facts.flags),
    u16(lies.method ?? facts.method),
    u16(lies.time ?? 0x6000),
    u16(lies.date ?? 0x5a21),
    u32(lies.crc ?? facts.crc),
    u32(lies.compressedSize ?? (spec.zip64 ? ALL_ONES : facts.data.length)),
    u32(lies.size ?? (spec.zip64 ? ALL_ONES : facts.size)),
    u16(lies.nameLength ?? name.length),
    u16(lies.extraLength ?? extra.length),
    u16(lies.commentLength ?? comment.length),
    u16(lies.disk ?? 0),
    u16(lies.internalAttributes ?? 0),
    u32(lies.externalAttributes ?? (mode << 16) >>> 0),
    u32(lies.offset ?? (spec.zip64 ? ALL_ONES : offset)),
    name,
    extra,
    comment,
  ]);
}

function descriptor(spec: EntrySpec, facts: Facts): Buffer {
  const form = spec.descriptor;
  if (form === undefined) return Buffer.alloc(0);
  const lies = spec.descriptorLies ?? {};
  const wide = form.endsWith('64') ? u64 : u32;
  return Buffer.concat([
    form.startsWith('signed') ? u32(lies.signature ?? 0x08074b50) : Buffer.alloc(0),
    u32(lies.crc ?? facts.crc),
    wide(lies.compressedSize ?? facts.data.length),
    wide(lies.size ?? facts.size),
  ]);
}

function endRecords(archive: ArchiveSpec, count: number, start: number, bytes: number): Buffer {
  const { end = {}, zip64End } = archive;
  const is64 = zip64End !== undefined;
  const large = zip64End === undefined ? Buffer.alloc(0) : zip64EndRecords(archive, count, start, bytes);
  const comment = Buffer.from(end.comment ?? '');
  return Buffer.concat([
    large,
    u32(end.signature ?? 0x06054b50),
    u16(end.disk ?? 0),
    u16(end.directoryDisk ?? 0),
    u16(end.entriesHere ?? (is64 ? 0xffff : count)),
    u16(end.entries ?? (is64 ? 0xffff : count)),
    u32(end.directoryBytes ?? (is64 ? ALL_ONES : bytes)),
    u32(end.directoryStart ?? (is64 ? ALL_ONES : start)),
    u16(end.commentLength ?? comment.length),
    comment,
  ]);
}

function zip64EndRecords(archive: ArchiveSpec, count: number, start: number, bytes: number): Buffer {
  const lies: Zip64EndLies = archive.zip64End === true ? {} : (archive.zip64End ?? {});
  const extensible = lies.extensible ?? Buffer.alloc(0);
  const locator = lies.locator ?? {};
  return Buffer.concat([
    u32(lies.signature ?? 0x06064b50),
    u64(lies.recordBytes ?? 44 + extensible.length),
    u16(45),
    u16(45),
    u32(lies.disk ?? 0),
    u32(0),
    u64(lies.entriesHere ?? lies.entries ?? count),
    u64(lies.entries ?? count),
    u64(lies.directoryBytes ?? bytes),
    u64(lies.directoryStart ?? start),
    extensible,
    u32(locator.signature ?? 0x07064b50),
    u32(locator.disk ?? 0),
    u64(locator.start ?? start + bytes + (archive.afterDirectory?.length ?? 0)),
    u32(locator.disks ?? 1),
  ]);
}

export function extraField(id: number, content: Buffer): Buffer {
  return Buffer.concat([u16(id), u16(content.length), content]);
}

export function zip64Extra(numbers: readonly (number | bigint)[]): Buffer {
  return extraField(0x0001, Buffer.concat(numbers.map(u64)));
}

/** The Unicode path extra field for a name; `crc` is that of the name in the header. */
export function unicodePathExtra(unicodeName: string, rawName: Buffer, crc = crc32(rawName)): Buffer {
  return extraField(0x7075, Buffer.concat([Buffer.of(1), u32(crc), Buffer.from(unicodeName)]));
}

/** The extended timestamp with a modification time, in seconds since the epoch. */
export function timestampExtra(seconds: number): Buffer {
  const content = Buffer.alloc(5, 1);
  content.writeInt32LE(seconds, 1);
  return extraField(0x5455, content);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
