import type { Context } from '../context.ts';
import type { ArchiveEntry } from '../zip/read/entry.ts';
import { showName, showSome } from '../zip/read/refusal.ts';

const SHOWN = 3;

/**
 * Reports how names without a declared encoding were decoded, and backslashes that became separators. Patterns
 * and paths depend on both.
 */
export function reportNames(
  entries: readonly ArchiveEntry[],
  { label, io }: { label: string; io: Pick<Context['io'], 'info' | 'warn'> },
): void {
  const some = (chosen: readonly ArchiveEntry[]) =>
    showSome(
      chosen.map(({ path }) => showName(path)),
      SHOWN,
    );
  const guessed = entries.filter(({ nameReading }) => nameReading === 'guessed-cp437');
  if (guessed.length > 0) {
    io.warn(
      `${label}: names with an unknown encoding were read as CP437: ${some(guessed)}; if they are wrong, use --encoding, such as --encoding windows-1252`,
    );
  }
  const inUtf8 = entries.filter(({ nameReading }) => nameReading === 'guessed-utf8');
  if (inUtf8.length > 0) io.info(`${label}: names without an encoding were read as UTF-8: ${some(inUtf8)}`);
  const separated = entries.filter(({ name, path }) => name.includes('\\') && !path.includes('\\'));
  if (separated.length > 0)
    io.warn(`${label}: backslashes in names were read as folder separators: ${some(separated)}`);
}
