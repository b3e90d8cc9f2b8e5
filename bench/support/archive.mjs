import { randomFillSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';

const CHUNK_BYTES = 1_048_576;
const VOCABULARY = Array.from({ length: 2000 }, (_, index) => (index * 7919 + 1231).toString(36));

/** Writes an archive like a real package: one large stored medium and a few hundred deflated transcripts. */
export async function writeArchive(file, mediumBytes) {
  const transcripts = Array.from({ length: 200 }, (_, index) => ({
    path: `recording/recording.${index}.srt`,
    content: Buffer.from(`${index}\n00:00:01,000 --> 00:00:02,000\nSpoken words.\n\n`.repeat(100)),
    isDeflated: true,
  }));
  await writeEntries(file, [randomEntry('recording/recording.mp4', mediumBytes), ...transcripts]);
}

/** Writes a file that is no archive: its first byte is that of no zip signature, so only its size can be checked. */
export async function writeMedium(file, sizeBytes) {
  const { block } = randomEntry('', sizeBytes);
  block[0] = 0;
  await pipeline(repeated(block, sizeBytes), createWriteStream(file));
}

/**
 * Writes an archive with the entries `{ path, content, isDeflated }`, where `content` is a Buffer, or
 * `{ path, sizeBytes, block, isDeflated }` for any size, which repeats one block.
 */
export async function writeEntries(file, entries) {
  await pipeline(zip(entries), createWriteStream(file));
}

/** The same with holes instead of zeros, so that gigabytes of them use no disk space. */
export async function writeSparse(file, entries) {
  const handle = await open(file, 'w');
  let position = 0;
  for await (const chunk of zip(entries)) {
    if (chunk.some((byte) => byte !== 0)) await handle.write(chunk, 0, chunk.length, position);
    position += chunk.length;
  }
  await handle.truncate(position);
  await handle.close();
}

function zip(entries) {
  const archive = new yazl.ZipFile();
  for (const { path, content, sizeBytes, block, isDeflated = false } of entries) {
    const options = { compress: isDeflated };
    if (content !== undefined) archive.addBuffer(content, path, options);
    else {
      archive.addReadStreamLazy(path, { ...options, size: sizeBytes }, (give) =>
        give(null, repeated(block, sizeBytes)),
      );
    }
  }
  archive.end();
  return archive.outputStream;
}

/** A stored entry of random data, incompressible like video. One repeated block is random enough. */
export function randomEntry(path, sizeBytes) {
  return { path, sizeBytes, block: randomFillSync(Buffer.alloc(CHUNK_BYTES)) };
}

export function zeroEntry(path, sizeBytes) {
  return { path, sizeBytes, block: Buffer.alloc(CHUNK_BYTES) };
}

/** Words in random order, which deflate to about half. */
export function words(sizeBytes) {
  const numbers = randomFillSync(new Uint16Array(sizeBytes / 2));
  const text = Array.from(numbers, (number) => VOCABULARY[number % VOCABULARY.length]).join(' ');
  return Buffer.from(text.slice(0, sizeBytes));
}

/** A package that is unpacked entirely: one medium and many small texts. */
export function mediumAndSmallFiles(mediumMiB) {
  return [randomEntry('recording.mp4', mediumMiB * 1_048_576), ...smallFiles(1000, 5120)];
}

/** Texts, a thousand per folder. Those too small to benefit are not deflated, as archivers do. */
export function smallFiles(count, sizeBytes) {
  return Array.from({ length: count }, (_, index) => ({
    path: `texts/${Math.floor(index / 1000)}/${index}.srt`,
    content: words(sizeBytes),
    isDeflated: sizeBytes >= 1024,
  }));
}

function repeated(block, sizeBytes) {
  return Readable.from(
    (function* () {
      for (let left = sizeBytes; left > 0; left -= block.length)
        yield block.subarray(0, Math.min(left, block.length));
    })(),
  );
}
