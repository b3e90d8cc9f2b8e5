import { ExpectedError } from '../../errors.ts';
import { createByteRanges } from './byte-ranges.ts';
import { type Destination, NO_VALIDATOR, type ObjectDescription, OVERLAP_BYTES } from './destination.ts';

/** Standard output (`-o -`). Written bytes cannot be taken back, and only the last ones are kept. */
export function stdoutDestination(write: (chunk: Uint8Array) => Promise<void>): Destination {
  const have = createByteRanges();
  let description: ObjectDescription = { sizeBytes: null, validator: NO_VALIDATOR };
  let tail: Buffer = Buffer.alloc(0);
  return {
    acceptsAnyOrder: false,
    keepsNotes: true,
    have,
    object: () => description,
    async describeObject(next) {
      description = next;
    },
    async write(chunks, position) {
      let end = position;
      for (const chunk of chunks) {
        await write(chunk);
        end += chunk.length;
        have.add(position, end);
        tail = Buffer.concat([tail, chunk]).subarray(-OVERLAP_BYTES);
      }
    },
    readBack: async (start, end) =>
      tail.subarray(tail.length - (have.end() - start), tail.length - (have.end() - end)),
    async restart() {
      if (have.totalBytes() === 0) return;
      throw new ExpectedError(
        'INTEGRITY',
        `the file changed after ${have.totalBytes()} bytes had gone to standard output`,
        {
          hint: 'what was written belongs to an older version; run the command again',
        },
      );
    },
    note: async () => undefined,
    checkpoint: async () => undefined,
  };
}
