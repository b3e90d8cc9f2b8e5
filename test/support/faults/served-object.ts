import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { classifyRangeRequest, type RangeDecision } from '../../../src/sandbox/files/range-request.ts';
import { pseudoRandomBytes } from '../bytes.ts';

/** An object of a storage server. */
export interface ServedObject {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Sent unchanged, including quotes and `W/`; omitted if undefined. */
  readonly etag?: string | undefined;
  /** HTTP-date; omitted if undefined. */
  readonly lastModified?: string | undefined;
  /** Sent as Repr-Digest (RFC 9530), even if the bytes change; omitted if undefined. */
  readonly reprDigest?: string | undefined;
}

export interface ObjectOptions {
  /** Determines the content. */
  readonly seed?: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

const ZIP_ENTRY_NAME = 'media/clip.bin';
const ZIP_OVERHEAD_BYTES = 30 + ZIP_ENTRY_NAME.length + 46 + ZIP_ENTRY_NAME.length + 22;

/** A valid archive of exactly `sizeBytes`: one stored entry, with a strong ETag and a date. */
export function makeZipObject(sizeBytes: number, options: ObjectOptions = {}): ServedObject {
  if (sizeBytes < ZIP_OVERHEAD_BYTES) {
    throw new Error(`no archive has ${sizeBytes} bytes; the smallest here has ${ZIP_OVERHEAD_BYTES}`);
  }
  const content = pseudoRandomBytes(sizeBytes - ZIP_OVERHEAD_BYTES, options.seed ?? 'A');
  return describe(makeStoredZip(ZIP_ENTRY_NAME, content), 'application/zip', options);
}

/** An object of any size, including 0, that is not an archive. */
export function makePlainObject(sizeBytes: number, options: ObjectOptions = {}): ServedObject {
  return describe(pseudoRandomBytes(sizeBytes, options.seed ?? 'A'), 'video/mp4', options);
}

/** Another object of the same kind, with its own values for the headers of the first one. */
export function siblingOf(object: ServedObject, sizeBytes = object.bytes.length): ServedObject {
  const make = object.contentType === 'application/zip' ? makeZipObject : makePlainObject;
  const sibling = make(sizeBytes, { seed: 'B' });
  return {
    bytes: sibling.bytes,
    contentType: object.contentType,
    etag: object.etag === undefined ? undefined : sibling.etag,
    lastModified: object.lastModified === undefined ? undefined : 'Tue, 06 Jan 2026 10:00:00 GMT',
    reprDigest: object.reprDigest === undefined ? undefined : digestField(sibling.bytes),
  };
}

/** The value of Repr-Digest for an object. */
export function digestField(bytes: Buffer): string {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
}

function describe(bytes: Buffer, contentType: string, options: ObjectOptions): ServedObject {
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  return {
    bytes,
    contentType,
    etag: 'etag' in options ? options.etag : etag,
    lastModified: 'lastModified' in options ? options.lastModified : 'Mon, 05 Jan 2026 10:00:00 GMT',
  };
}

/** One stored entry, its directory and its end record (APPNOTE 4.3.7, 4.3.12, 4.3.16). */
function makeStoredZip(name: string, content: Buffer): Buffer {
  const nameBytes = Buffer.from(name, 'utf8');
  const crc = crc32(content);
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0); // version needed
  shared.writeUInt16LE(0x0800, 2); // names are UTF-8
  shared.writeUInt16LE(0, 4); // stored
  shared.writeUInt32LE(0x5c250000 + 0x5000, 6); // time, date: 2026-01-05 10:00
  shared.writeUInt32LE(crc, 10);
  shared.writeUInt32LE(content.length, 14);
  shared.writeUInt32LE(content.length, 18);
  shared.writeUInt16LE(nameBytes.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, nameBytes, content]);
  const directory = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.from([20, 0]), // made by
    shared,
    Buffer.alloc(14), // comment length, disk, attributes, offset of the local header: 0
    nameBytes,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, directory, end]);
}

/** The properties of an object that affect ranges. The object need not be in memory. */
export interface RangedObject extends Pick<ServedObject, 'etag' | 'lastModified'> {
  readonly bytes: { readonly length: number };
}

/** The range that a request gets, as the sandbox decides it. */
export function rangeFor(headers: ReadonlyMap<string, string>, object: RangedObject): RangeDecision {
  return classifyRangeRequest(Object.fromEntries(headers), {
    sizeBytes: object.bytes.length,
    etag: object.etag,
    lastModified: object.lastModified === undefined ? undefined : new Date(object.lastModified),
  });
}

/** The bytes of the object that a request gets: its range, or all of them. */
export function bytesFor(
  headers: ReadonlyMap<string, string>,
  object: RangedObject,
): { readonly start: number; readonly end: number } {
  const decision = rangeFor(headers, object);
  return 'start' in decision ? decision : { start: 0, end: object.bytes.length };
}
