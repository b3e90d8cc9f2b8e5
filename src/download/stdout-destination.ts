import { ExpectedError } from '../errors.ts';
import { type Destination, NO_VALIDATOR, type ObjectDescription, OVERLAP_BYTES } from './destination.ts';

/** Standard output (`-o -`): bytes given out cannot be taken back, only the last ones are remembered. */
export function stdoutDestination(write: (chunk: Uint8Array) => Promise<void>): Destination {
  let description: ObjectDescription = { sizeBytes: null, validator: NO_VALIDATOR };
  let haveBytes = 0;
  let tail: Buffer = Buffer.alloc(0);
  return {
    haveBytes: () => haveBytes,
    object: () => description,
    async describeObject(next) {
      description = next;
    },
    async append(chunks) {
      for (const chunk of chunks) {
        await write(chunk);
        haveBytes += chunk.length;
        tail = Buffer.concat([tail, chunk]).subarray(-OVERLAP_BYTES);
      }
    },
    readBack: async (start, end) =>
      tail.subarray(tail.length - (haveBytes - start), tail.length - (haveBytes - end)),
    async restart() {
      if (haveBytes === 0) return;
      throw new ExpectedError(
        'INTEGRITY',
        `the file changed after ${haveBytes} bytes had gone to standard output`,
        {
          hint: 'what was written belongs to an older version; run the command again',
        },
      );
    },
    checkpoint: async () => undefined,
  };
}
