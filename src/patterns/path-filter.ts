import { matchesPath, type PathPattern, parsePathPattern } from './path-pattern.ts';

export interface PathSelection {
  /** Patterns of `parsePathPattern`; empty for everything. */
  readonly include: readonly string[];
  /** Excluded from the included entries. */
  readonly exclude: readonly string[];
}

export function selectsAll({ include, exclude }: PathSelection): boolean {
  return include.length === 0 && exclude.length === 0;
}

/**
 * Creates a filter for paths. It compares composed forms (NFC), so names that look the same match on every
 * system.
 * @throws ExpectedError USAGE for an invalid pattern
 */
export function createPathFilter({ include, exclude }: PathSelection): (path: string) => boolean {
  const isIncluded = include.length === 0 ? () => true : createMatcher(include);
  const isExcluded = createMatcher(exclude);
  return (path) => {
    const composed = path.normalize('NFC');
    return isIncluded(composed) && !isExcluded(composed);
  };
}

/** Literal names are looked up in a set, because a list may have thousands. */
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
