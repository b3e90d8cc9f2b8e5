import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { HttpSource } from '../../../src/download/remote/http-source.ts';
import type { RangeSource } from '../../../src/range/range-source.ts';
import { type ExtractOptions, extractArchive } from '../../../src/zip/extract/extract.ts';
import { openRemoteSource } from '../../download/remote/open-remote.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { startFaultServer } from '../../support/faults/fault-server.ts';
import { rangeFor } from '../../support/faults/served-object.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { UNPACKER } from './unpacker.ts';

export const MIB = 2 ** 20;
const BLOCK = pseudoRandomBytes(MIB, 3);
export const CONTENT = Buffer.concat([...Array.from({ length: 65 }, () => BLOCK), Buffer.from('the end')]);
export const ARCHIVE = makeZip([
  { name: 'first.txt', content: 'first' },
  { name: 'film.mp4', content: CONTENT, descriptor: 'signed32' },
  { name: 'last.txt', content: 'last' },
]);
export const NAMES = ['film.mp4', 'first.txt', 'last.txt'];
/** The least that an interruption leaves on disk. */
export const LEFT_BYTES = 12 * MIB;

export interface ServedSource {
  readonly source: HttpSource;
  /** The number of bytes transferred. */
  readonly sentBytes: () => number;
  /** The lengths of the large ranges that were requested. */
  readonly lengths: readonly number[];
}

/** A remote archive. With `breakAfter`, responses with content arrive one at a time and break off after that many bytes in total. */
export async function served(
  bytes: Buffer,
  {
    breakAfter = Number.POSITIVE_INFINITY,
    onContent,
  }: { readonly breakAfter?: number; readonly onContent?: () => void } = {},
): Promise<ServedSource> {
  const object = { bytes, contentType: 'application/zip', etag: '"film"' };
  const lengths: number[] = [];
  const isWhole = breakAfter === Number.POSITIVE_INFINITY;
  let leftBytes = breakAfter;
  let sending: Promise<void> = Promise.resolve();
  const server = await startFaultServer(async (request, reply) => {
    const range = rangeFor(request.headers, object);
    const isContent = range.status === 206 && range.end - range.start > MIB;
    if (!isContent) return reply.file(object);
    lengths.push(range.end - range.start);
    onContent?.();
    if (isWhole) return reply.file(object);
    sending = sending.then(async () => {
      const sizeBytes = Math.min(leftBytes, range.end - range.start);
      leftBytes -= sizeBytes;
      await reply.file(object, { cutAtByte: range.start + sizeBytes });
    });
    return sending;
  });
  // In real time, because so many bytes take a while on a busy machine.
  const clock = createFastClock({ speed: 1 });
  const source = await openRemoteSource(server, { connections: 8, retries: isWhole ? 3 : 0, clock });
  return { source, sentBytes: source.transferredBytes, lengths };
}

export function unpack(source: RangeSource, directory: string, options: Partial<ExtractOptions> = {}) {
  return extractArchive(source, { directory, unpacker: UNPACKER, ...options });
}

export function filesBelow(directory: string): string[] {
  return listTree(directory)
    .filter(({ type }) => type === 'file')
    .map(({ path }) => path);
}

/** The part file and its journal, in this order. */
export function partsIn(directory: string): string[] {
  return filesBelow(directory).filter((path) => /\.part(\.json)?$/.test(path));
}

/** Changes the journal of the only part file. */
export function changeJournal(directory: string, changes: Readonly<Record<string, unknown>>): void {
  const journal = join(directory, partsIn(directory)[1] ?? '');
  const [head = ''] = readFileSync(journal, 'utf8').split('\n');
  writeFileSync(journal, `${JSON.stringify({ ...JSON.parse(head), ...changes })}\n`);
}

/** A folder where unpacking was interrupted in the middle of its responses. */
export async function interrupted(directory = makeTempFolder()): Promise<string> {
  const { source } = await served(ARCHIVE, { breakAfter: LEFT_BYTES });
  await expect(unpack(source, directory)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  return directory;
}
