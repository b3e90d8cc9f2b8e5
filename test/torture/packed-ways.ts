import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import type { ApiServer } from '../support/api/api-server.ts';
import { type BinaryResult, runBinary } from '../support/process/run-binary.ts';
import { makePlace } from '../support/process/run-place.ts';
import { listTree } from '../support/temp-folder.ts';
import { type Source, type SourceContent, sizeOf } from '../zip/packers/sources.ts';
import { removePlace } from './tally.ts';

/** The three ways to read an archive. */
export const WAYS = {
  fetch: ['fetch', PACKAGE_ID, '-o', 'out.zip'],
  // More than any archive here unpacks to, so that well-packed zeros do not count as a bomb.
  'fetch -x': ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--max-size', '5G'],
  contents: ['contents', PACKAGE_ID],
} as const;

export type Way = keyof typeof WAYS;

interface Packed {
  readonly api: ApiServer;
  readonly archive: string;
  /** What was packed. */
  readonly source: Source;
}

/**
 * Reads an archive one way with the built program. Resolves with null when names and bytes match the source
 * exactly, otherwise with a description of the difference.
 */
export async function takeWay(way: Way, { api, archive, source }: Packed): Promise<string | null> {
  const place = makePlace();
  const run = await runBinary([...WAYS[way], '--json'], {
    api,
    place,
    deadlineMs: 900_000,
    // Searching 4 GiB of zeros for the token would take too long.
    mayHoldSecret: (path) => path.startsWith(`${place.cwd}/out`),
    mayBeBug: true,
  });
  try {
    if (run.exitCode !== 0) return `exit code ${run.exitCode}, ${firstError(run.stderr)}`;
    if (way === 'fetch') return await wrongCopy(run, archive);
    return way === 'contents' ? wrongListing(run, source) : await wrongTree(join(run.cwd, 'out'), source);
  } finally {
    await removePlace(place);
  }
}

/** The first error of a run, without its source and the package ID. */
export function firstError(stderr: string): string {
  const line = stderr.split('\n').find((each) => each.includes('error: ')) ?? stderr.trim();
  return line.replace(/^.*?error: /, '').replaceAll(PACKAGE_ID, 'ID');
}

async function wrongCopy({ cwd, json }: BinaryResult, archive: string): Promise<string | null> {
  const results = JSON.stringify(json['results']);
  if (!results.includes('"archive":true')) return 'not verified';
  return (await isSameFile(join(cwd, 'out.zip'), archive)) ? null : 'another file';
}

function wrongListing({ json }: BinaryResult, source: Source): string | null {
  const items = json['items'] as { path: string; sizeBytes: number }[];
  const listed = items
    .filter(({ path }) => !path.endsWith('/'))
    .map(({ path, sizeBytes }) => `${path} ${sizeBytes}`);
  const wentIn = filesOf(source).map(([path, content]) => `${path} ${sizeOf(content)}`);
  return difference(listed, wentIn);
}

async function wrongTree(folder: string, source: Source): Promise<string | null> {
  const files = filesOf(source);
  // An archive without entries creates no folder.
  const tree = existsSync(folder) ? listTree(folder) : [];
  const unpacked = tree.filter(({ type }) => type !== 'folder').map(({ path }) => path);
  const wrongNames = difference(
    unpacked,
    files.map(([path]) => path),
  );
  if (wrongNames !== null) return wrongNames;
  const strangers = tree.filter(
    ({ path, type }) =>
      type === 'folder' && ![...source.keys()].some((known) => known.startsWith(`${path}/`)),
  );
  if (strangers.length > 0) return `unexpected folder ${strangers[0]?.path}`;
  for (const [path, content] of files) {
    if (!(await hasContent(join(folder, path), content))) return `wrong bytes in ${path}`;
    // Frees gigabytes early.
    rmSync(join(folder, path));
  }
  return null;
}

function filesOf(source: Source): [string, SourceContent][] {
  return [...source].filter((each): each is [string, SourceContent] => each[1] !== null);
}

function difference(found: readonly string[], expected: readonly string[]): string | null {
  const missing = expected.filter((each) => !found.includes(each));
  const strange = found.filter((each) => !expected.includes(each));
  if (missing.length + strange.length === 0 && found.length === expected.length) return null;
  return `missing: ${missing.join(', ') || 'none'}; unexpected: ${strange.join(', ') || 'none'}`;
}

async function hasContent(path: string, content: SourceContent): Promise<boolean> {
  if (Buffer.isBuffer(content)) return readFileSync(path).equals(content);
  if (statSync(path).size !== content.zeros) return false;
  const zeros = Buffer.alloc(BLOCK_BYTES);
  for await (const block of createReadStream(path, { highWaterMark: BLOCK_BYTES })) {
    if (!zeros.subarray(0, block.length).equals(block)) return false;
  }
  return true;
}

const BLOCK_BYTES = 2 ** 20;

async function isSameFile(one: string, other: string): Promise<boolean> {
  if (statSync(one).size !== statSync(other).size) return false;
  const stream = createReadStream(other, { highWaterMark: BLOCK_BYTES });
  const blocks = stream[Symbol.asyncIterator]();
  try {
    for await (const block of createReadStream(one, { highWaterMark: BLOCK_BYTES })) {
      const { value } = await blocks.next();
      if (!block.equals(value)) return false;
    }
    return true;
  } finally {
    stream.destroy();
    // A stream that was read to its end may already be closed.
    if (!stream.closed) await once(stream, 'close');
  }
}
