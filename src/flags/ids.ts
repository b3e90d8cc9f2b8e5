import { isSystemError, reasonOf } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { decodeUtf8 } from '../parse/utf8.ts';
import { quoteForShell } from '../terminal/text/shell-quote.ts';
import type { InputStream, World } from '../world.ts';

const LIMIT_BYTES = 16 * 1_048_576;

/**
 * The package IDs of a command line, each once. `-` reads them from standard input, one per line.
 * @param selecting the command to suggest if an ID is a pattern
 * @throws ExpectedError USAGE if there are none
 */
export async function readIds(
  words: readonly string[],
  world: Pick<World, 'stdin'>,
  selecting: 'fetch' | 'contents' = 'fetch',
): Promise<readonly string[]> {
  const ids = await readWords(words, world);
  refusePatterns(ids, selecting);
  if (ids.length === 0 || ids.includes('')) {
    throw new ExpectedError('USAGE', ids.length === 0 ? 'no package ID given' : 'a package ID is empty', {
      hint: "run 'streamdiver-dl list' to see your packages",
    });
  }
  return [...new Set(ids)];
}

/**
 * Reads the media IDs of `-m`. `-` reads them from standard input, one per line.
 * @throws ExpectedError USAGE if standard input contains none
 */
export async function readMediaIds(
  words: readonly string[],
  world: Pick<World, 'stdin'>,
): Promise<readonly string[]> {
  const ids = await readWords(words, world);
  if (words.length > 0 && ids.length === 0) {
    throw new ExpectedError('USAGE', 'no media IDs on standard input', {
      hint: "run 'streamdiver-dl media list --format id' to list media IDs",
    });
  }
  return [...new Set(ids)];
}

async function readWords(words: readonly string[], world: Pick<World, 'stdin'>): Promise<string[]> {
  const ids: string[] = [];
  for (const word of words) {
    if (word !== '-') ids.push(word.trim());
    else
      for (const line of (await readText(world.stdin)).split(/\r?\n/))
        if (line.trim() !== '') ids.push(line.trim());
  }
  return ids;
}

/**
 * Other tools accept patterns as further words. Here they would be requested as IDs.
 * A `?` alone proves nothing, because IDs are opaque.
 * @throws ExpectedError USAGE with the correct command
 */
function refusePatterns(ids: readonly string[], selecting: string): void {
  const pattern = ids.find((id) => /\*|\[.+\]/.test(id));
  if (pattern === undefined) return;
  throw new ExpectedError('USAGE', `${pattern} is a pattern, not a package ID`, {
    hint: `to select entries, run: streamdiver-dl ${selecting} ID --include ${quoteForShell(pattern)}`,
  });
}

/**
 * All of standard input as text, within a limit.
 * @throws ExpectedError USAGE if standard input is a terminal, unreadable, or too large
 */
export async function readText(stdin: InputStream): Promise<string> {
  if (stdin.isTTY === true) {
    throw new ExpectedError('USAGE', 'cannot read standard input: it is a terminal');
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
      chunks.push(Buffer.from(chunk));
      sizeBytes += chunk.length;
      if (sizeBytes > LIMIT_BYTES) throw new ExpectedError('USAGE', 'standard input is larger than 16 MiB');
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new ExpectedError('USAGE', `cannot read standard input: ${reasonOf(error)}`, { cause: error });
  }
  return decodeUtf8(Buffer.concat(chunks), 'standard input');
}
