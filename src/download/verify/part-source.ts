import { fillFrom } from '../../range/file-source.ts';
import type { RangeSource } from '../../range/range-source.ts';
import type { PartFile } from '../part/part-file.ts';

/** The bytes of a download that is still under way: reading waits until they are there. */
export function partSource(
  part: Pick<PartFile, 'path' | 'handle' | 'availableRanges'>,
  sizeBytes: number,
  signal: AbortSignal,
): RangeSource {
  const readInto = async (target: Buffer, start: number): Promise<void> => {
    await part.availableRanges.wait(start, start + target.length, signal);
    await fillFrom(part.handle(), part.path, target, start);
  };
  return {
    sizeBytes,
    readInto,
    async read(start, end) {
      const target = Buffer.allocUnsafeSlow(end - start);
      await readInto(target, start);
      return target;
    },
  };
}
