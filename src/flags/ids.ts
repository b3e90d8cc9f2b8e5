import { isSystemError, reasonOf } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { decodeUtf8 } from '../parse/utf8.ts';
import { quoteForShell } from '../terminal/text/shell-quote.ts';
import type { InputStream, World } from '../world.ts';

const LIMIT_BYTES = 16 * 1_048_576;

/**
 * The ids that a command works on, each once: `-` stands for standard input, one id a line.
 * @param selecting the command whose flags select entries, for whoever gives a pattern as an id
 * @throws ExpectedError USAGE when there are none
 */
export async function readIds(
  words: readonly string[],
  world: Pick<World, 'stdin'>,
  selecting: 'fetch' | 'contents' = 'fetch',
): Promise<readonly string[]> {
  const ids = await readWords(words, world);
  refusePatterns(ids, selecting);
  if (ids.length === 0 || ids.includes('')) {
    throw new ExpectedError('USAGE', ids.length === 0 ? 'no package id given' : 'an empty id was given', {
      hint: 'list the packages with: streamdiver-dl list',
    });
  }
  return [...new Set(ids)];
}

/**
 * The IDs of media that `-m` names: `-` stands for standard input, one ID a line.
 * @throws ExpectedError USAGE when standard input holds none
 */
export async function readMediaIds(
  words: readonly string[],
  world: Pick<World, 'stdin'>,
): Promise<readonly string[]> {
  const ids = await readWords(words, world);
  if (words.length > 0 && ids.length === 0) {
    throw new ExpectedError('USAGE', 'standard input holds no media IDs', {
      hint: 'list the media with: streamdiver-dl media list --format id',
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
 * Other tools take patterns as further words; here they would be asked for as ids.
 * A `?` alone proves nothing: ids are opaque.
 * @throws ExpectedError USAGE with the right spelling
 */
function refusePatterns(ids: readonly string[], selecting: string): void {
  const pattern = ids.find((id) => /\*|\[.+\]/.test(id));
  if (pattern === undefined) return;
  throw new ExpectedError('USAGE', `${pattern} is a pattern, not a package id`, {
    hint: `select entries of a package with: streamdiver-dl ${selecting} ID --include ${quoteForShell(pattern)}`,
  });
}

/**
 * All of standard input as text, within a limit.
 * @throws ExpectedError USAGE when it is a terminal, cannot be read, or is far too large
 */
export async function readText(stdin: InputStream): Promise<string> {
  if (stdin.isTTY === true) {
    throw new ExpectedError('USAGE', 'standard input is a terminal; pipe something into it');
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
