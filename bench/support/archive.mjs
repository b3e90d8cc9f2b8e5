import { randomFillSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';

const CHUNK_BYTES = 1_048_576;

/** Writes an archive like a real package: one large stored medium and a few hundred deflated transcripts. */
export async function writeArchive(file, mediumBytes) {
  const archive = new yazl.ZipFile();
  archive.addReadStream(randomBytes(mediumBytes), 'recording/recording.mp4', {
    compress: false,
    size: mediumBytes,
  });
  for (let index = 0; index < 200; index += 1) {
    const text = `${index}\n00:00:01,000 --> 00:00:02,000\nSpoken words.\n\n`.repeat(100);
    archive.addBuffer(Buffer.from(text), `recording/recording.${index}.srt`);
  }
  archive.end();
  await pipeline(archive.outputStream, createWriteStream(file));
}

/** Random data cannot be compressed, like video; one block of it repeated is random enough. */
function randomBytes(sizeBytes) {
  const block = randomFillSync(Buffer.alloc(CHUNK_BYTES));
  return Readable.from(
    (function* () {
      for (let left = sizeBytes; left > 0; left -= block.length)
        yield block.subarray(0, Math.min(left, block.length));
    })(),
  );
}
