import { ExpectedError } from '../../errors.ts';

/** The archive is not as written: truncated, altered in transit, or inconsistent. */
export function damaged(reason: string, cause?: unknown): ExpectedError {
  return new ExpectedError('INTEGRITY', `the archive is damaged: ${reason}`, {
    hint: 'rerun; if the error persists, create the package again',
    cause,
  });
}

/** The bytes of one entry are damaged. Downloading `[start, end)` of the archive again may repair it. */
export class DamagedEntryError extends ExpectedError {
  override readonly name = 'DamagedEntryError';
  readonly start: number;
  readonly end: number;

  constructor(
    error: ExpectedError,
    { headerOffset, endOffset }: { headerOffset: number; endOffset: number },
  ) {
    super(error.code, error.message, error.details);
    this.start = headerOffset;
    this.end = endOffset;
  }
}

const REFUSED_HINT =
  'create the package again; if the error persists, tell its owner: programs would disagree about its contents';

/** For archives that would need too much memory. */
export const LIMIT_HINT = 'no flag lifts this limit: create several packages of fewer files';

/** Programs could interpret this archive differently, or unpacking it would be harmful. */
export function refused(reason: string, hint = REFUSED_HINT): ExpectedError {
  return new ExpectedError('UNSAFE', `the archive is refused: ${reason}`, { hint });
}

const SPLIT_HINT =
  'join its parts into one archive first, for example with `zip -s 0 PART.zip --out WHOLE.zip`';

/** One of several files that form an archive only together. */
export class SplitArchiveError extends ExpectedError {
  override readonly name = 'SplitArchiveError';

  constructor(reason: string) {
    const { code, message, details } = refused(`it is part of a split archive: ${reason}`, SPLIT_HINT);
    super(code, message, details);
  }
}

const SHOWN_CHARACTERS = 120;

/** Quotes a name from an archive, and escapes control, bidi, and invisible characters. */
export function showName(name: string): string {
  const cut = name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name;
  return JSON.stringify(cut).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** `"a", "b" and 12 more` for messages; `items` are used unchanged. */
export function showSome(items: readonly string[], shown = 10): string {
  const rest = items.length - shown;
  return items.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
