import { crc32 } from 'node:zlib';
import { fillFrom } from '../../range/file-source.ts';
import type { RangeSource } from '../../range/range-source.ts';
import { combineCrc32 } from '../../zip/read/crc32-combine.ts';
import { ReplacedError } from './available-ranges.ts';
import { BLOCK_BYTES, blockEnd } from './block-crc32.ts';
import type { PartFile } from './part-file.ts';

export type PartInTransfer = Pick<
  PartFile,
  'shownPath' | 'handle' | 'have' | 'availableRanges' | 'checksums' | 'onWrite'
>;

/** A source that knows checksums without rereading all bytes. */
export type PartSource = RangeSource & Required<Pick<RangeSource, 'crc32'>>;

/**
 * The bytes of a running download. Reads wait until the bytes arrive. Bytes that were recently in memory are not read
 * back, if possible.
 */
export function partSource(part: PartInTransfer, sizeBytes: number, signal: AbortSignal): PartSource {
  const { availableRanges, checksums, have } = part;
  const version = availableRanges.version();
  const wait = async (start: number, end: number): Promise<void> => {
    if (version !== availableRanges.version()) throw new ReplacedError('the bytes were discarded');
    await availableRanges.wait(start, end, signal);
  };
  const readInto = async (target: Buffer, start: number): Promise<void> => {
    await wait(start, start + target.length);
    await fillFrom(part.handle(), part.shownPath, target, start);
  };
  /** Reads at most one block, always into the same buffer. */
  const createReader = () => {
    let block: Buffer | null = null;
    return async (start: number, end: number): Promise<Buffer> => {
      block ??= Buffer.allocUnsafeSlow(BLOCK_BYTES);
      const bytes = block.subarray(0, end - start);
      await readInto(bytes, start);
      return bytes;
    };
  };
  return {
    sizeBytes,
    readInto,
    async read(start, end) {
      const target = Buffer.allocUnsafeSlow(end - start);
      await readInto(target, start);
      return target;
    },
    async inOrder(take) {
      const read = createReader();
      let position = 0;
      const stop = part.onWrite((start, chunks) => {
        if (start !== position) return;
        for (const chunk of chunks) {
          take(chunk);
          position += chunk.length;
        }
      });
      try {
        while (position < sizeBytes) {
          const start = position;
          await wait(start, start + 1);
          if (position > start) continue;
          const bytes = await read(start, Math.min(start + BLOCK_BYTES, have.endOf(start), sizeBytes));
          take(bytes);
          position += bytes.length;
        }
      } finally {
        stop();
      }
    },
    async crc32(start, end, onBytes) {
      const read = createReader();
      let checksum = 0;
      for (let position = start; position < end; ) {
        const stop = Math.min(blockEnd(position), end);
        await wait(position, stop);
        const known = checksums?.next(position, stop) ?? { end: stop, crc32: null };
        const next = known.crc32 ?? crc32(await read(position, known.end));
        checksum = combineCrc32(checksum, next, known.end - position);
        onBytes?.(known.end - position);
        position = known.end;
      }
      return checksum;
    },
  };
}
