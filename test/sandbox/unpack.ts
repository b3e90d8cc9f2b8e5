import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';

export interface UnpackedEntry {
  readonly method: number;
  readonly modified: Date;
  readonly bytes: Buffer;
}

/** Returns every entry and checks its CRC, which yauzl leaves to its callers. */
export async function unpack(archive: Buffer): Promise<Map<string, UnpackedEntry>> {
  const entries = new Map<string, UnpackedEntry>();
  const zip = await fromBufferPromise(archive);
  for await (const entry of zip.eachEntry()) {
    const stream = await zip.openReadStreamPromise(entry);
    const bytes = await buffer(stream);
    if (crc32(bytes) !== entry.crc32) throw new Error(`${entry.fileName} has a wrong CRC`);
    entries.set(entry.fileName, {
      method: entry.compressionMethod,
      modified: entry.getLastModDate(),
      bytes,
    });
  }
  return entries;
}
