import { matchesPath, type PathPattern, parsePathPattern } from './path-pattern.ts';

export interface PathSelection {
  /** Patterns of `parsePathPattern`; none takes everything. */
  readonly include: readonly string[];
  /** Takes away from what is included. */
  readonly exclude: readonly string[];
}

export function selectsAll({ include, exclude }: PathSelection): boolean {
  return include.length === 0 && exclude.length === 0;
}

/**
 * Whether a path is selected. Patterns and paths are compared in composed form (NFC): what looks the
 * same is the same, whichever system wrote the name.
 * @throws ExpectedError USAGE for a pattern that cannot be read
 */
export function createPathFilter({ include, exclude }: PathSelection): (path: string) => boolean {
  const isIncluded = include.length === 0 ? () => true : createMatcher(include);
  const isExcluded = createMatcher(exclude);
  return (path) => {
    const composed = path.normalize('NFC');
    return isIncluded(composed) && !isExcluded(composed);
  };
}

/** Whole names and paths, of which a list may have thousands, are looked up instead of compared one by one. */
function createMatcher(texts: readonly string[]): (path: string) => boolean {
  const literalNames = new Set<string>();
  const others: PathPattern[] = [];
  for (const text of texts) {
    const pattern = parsePathPattern(text.normalize('NFC'));
    const [first] = pattern.parts;
    const isLiteralName = !pattern.isAnchored && !pattern.isForFolders && first?.kind === 'literal';
    if (isLiteralName) literalNames.add(first.text);
    else others.push(pattern);
  }
  return (path) =>
    (literalNames.size > 0 && path.split('/').some((name) => literalNames.has(name))) ||
    others.some((pattern) => matchesPath(pattern, path));
}
