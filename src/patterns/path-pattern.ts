import { ExpectedError } from '../errors.ts';

/** A path pattern with the syntax of gitignore(5), from `parsePathPattern`. */
export interface PathPattern {
  /** The parts between slashes; a pattern for any depth has only one. */
  readonly parts: readonly Part[];
  readonly isAnchored: boolean;
  /** With a trailing slash: matches folders and everything in them. */
  readonly isForFolders: boolean;
}

type Part =
  | { readonly kind: 'literal'; readonly text: string }
  /** `*.srt`, the most common form. */
  | { readonly kind: 'suffix'; readonly text: string }
  | { readonly kind: 'wild'; readonly tokens: readonly Token[] }
  /** `**` as a whole part: any number of folders; at the end of a pattern, at least one part. */
  | { readonly kind: 'any-depth' };

type Token =
  | { readonly kind: 'star' }
  | { readonly kind: 'one'; readonly fits: (character: string) => boolean };

/**
 * Parses a pattern. Without `/` it matches a name at any depth; a `/` at the start or in the middle anchors it to
 * the root; a trailing one means folders. `*` and `?` do not match `/`, but `**` does. `[a-z]` and `[!a-z]` match
 * one character. A backslash escapes the next character. A folder matches with everything in it.
 * @throws ExpectedError USAGE
 */
export function parsePathPattern(text: string): PathPattern {
  if (text.startsWith('!')) {
    throw new ExpectedError('USAGE', `the pattern ${JSON.stringify(text)} starts with !`, {
      hint: 'to exclude entries, use --exclude; to match a literal !, write \\!',
    });
  }
  const isForFolders = text.endsWith('/');
  const trimmed = text.replace(/^\//, '').replace(/\/$/, '');
  const parts = trimmed.split('/').map((part) => parsePart(part, text));
  return { parts, isAnchored: text.startsWith('/') || parts.length > 1, isForFolders };
}

/** Whether a pattern matches the path of a file or folder (with a trailing slash), or a parent folder. */
export function matchesPath({ parts, isAnchored, isForFolders }: PathPattern, path: string): boolean {
  const isFolder = path.endsWith('/');
  const names = (isFolder ? path.slice(0, -1) : path).split('/');
  const mayEndAt = (index: number) => !isForFolders || isFolder || index < names.length - 1;
  const [only] = parts;
  if (!isAnchored && only !== undefined) {
    return names.some((name, index) => mayEndAt(index) && matchesPart(only, name));
  }
  // The set of all reachable positions in the pattern advances with each name, so there is no backtracking.
  let places = skipAnyDepth(new Set([0]), parts);
  for (const [index, name] of names.entries()) {
    const next = new Set<number>();
    for (const place of places) {
      const part = parts[place];
      if (part === undefined) continue;
      if (part.kind === 'any-depth') next.add(place);
      if (part.kind === 'any-depth' ? place === parts.length - 1 : matchesPart(part, name))
        next.add(place + 1);
    }
    places = skipAnyDepth(next, parts);
    if (places.has(parts.length) && mayEndAt(index)) return true;
  }
  return false;
}

/** `**` also matches nothing, except at the end. */
function skipAnyDepth(places: Set<number>, parts: readonly Part[]): Set<number> {
  for (const place of places) {
    if (parts[place]?.kind === 'any-depth' && place < parts.length - 1) places.add(place + 1);
  }
  return places;
}

function matchesPart(part: Part, name: string): boolean {
  switch (part.kind) {
    case 'literal':
      return name === part.text;
    case 'suffix':
      return name.endsWith(part.text);
    case 'wild':
      return matchesTokens(part.tokens, Array.from(name));
    case 'any-depth':
      return true;
  }
}

/** Backtracks only to the last star, so the work is at most one step per token and character. */
function matchesTokens(tokens: readonly Token[], characters: readonly string[]): boolean {
  let token = 0;
  let position = 0;
  let star = -1;
  let starPosition = 0;
  while (position < characters.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      star = token;
      starPosition = position;
      token += 1;
    } else if (current?.fits(characters[position] ?? '') === true) {
      token += 1;
      position += 1;
    } else if (star >= 0) {
      token = star + 1;
      starPosition += 1;
      position = starPosition;
    } else return false;
  }
  return tokens.slice(token).every(({ kind }) => kind === 'star');
}

function parsePart(text: string, pattern: string): Part {
  if (text === '') throw unreadable(pattern, 'has an empty part');
  if (text === '**') return { kind: 'any-depth' };
  if (!/[*?[\\]/.test(text)) return { kind: 'literal', text };
  if (/^\*[^*?[\\]+$/.test(text)) return { kind: 'suffix', text: text.slice(1) };
  const tokens: Token[] = [];
  const characters = Array.from(text);
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? '';
    if (character === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (character === '?') tokens.push({ kind: 'one', fits: () => true });
    else if (character === '[') {
      const end = classEnd(characters, index);
      if (end === -1) throw unreadable(pattern, 'has a [ without a ]; to match a literal [, write \\[');
      tokens.push({ kind: 'one', fits: parseClass(characters.slice(index + 1, end), pattern) });
      index = end;
    } else {
      const isEscaped = character === '\\';
      if (isEscaped) index += 1;
      const literal = isEscaped ? characters[index] : character;
      if (literal === undefined) throw unreadable(pattern, 'ends with a backslash');
      tokens.push({ kind: 'one', fits: (found) => found === literal });
    }
  }
  return { kind: 'wild', tokens };
}

/** The index of the closing `]`; one directly after the opening bracket (or its `!`) is literal. */
function classEnd(characters: readonly string[], start: number): number {
  const isNegated = characters[start + 1] === '!' || characters[start + 1] === '^';
  for (let index = start + (isNegated ? 3 : 2); index < characters.length; index++) {
    if (characters[index] === '\\') index += 1;
    else if (characters[index] === ']') return index;
  }
  return -1;
}

function parseClass(inner: readonly string[], pattern: string): (character: string) => boolean {
  const isNegated = inner[0] === '!' || inner[0] === '^';
  const singles: string[] = [];
  const ranges: [string, string][] = [];
  const members = inner.slice(isNegated ? 1 : 0);
  for (let index = 0; index < members.length; index++) {
    const take = (): string => {
      if (members[index] === '\\' && index + 1 < members.length) index += 1;
      return members[index] ?? '';
    };
    if (members[index] === '[' && members[index + 1] === ':') {
      throw unreadable(pattern, 'has a class such as [:alpha:], which is not supported');
    }
    const from = take();
    if (members[index + 1] === '-' && index + 2 < members.length) {
      index += 2;
      ranges.push([from, take()]);
    } else singles.push(from);
  }
  const isMember = (character: string) =>
    singles.includes(character) || ranges.some(([from, to]) => isBetween(character, from, to));
  return (character) => isMember(character) !== isNegated;
}

function isBetween(character: string, from: string, to: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= (from.codePointAt(0) ?? 0) && code <= (to.codePointAt(0) ?? 0);
}

function unreadable(pattern: string, reason: string): ExpectedError {
  return new ExpectedError('USAGE', `the pattern ${JSON.stringify(pattern)} ${reason}`);
}
