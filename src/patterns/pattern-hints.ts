import { createPathFilter, type PathSelection } from './path-filter.ts';

/** A filter that can tell afterwards why nothing came through. */
export interface ExplainedFilter {
  readonly isWanted: (path: string) => boolean;
  /** What is probably wrong with the patterns; null when nothing strikes the eye. */
  readonly explain: () => string | null;
}

/** `createPathFilter`, for a selection that ought to match something. */
export function createExplainedFilter({ include, exclude }: PathSelection): ExplainedFilter {
  const lowerCase = (patterns: readonly string[]) => patterns.map((pattern) => pattern.toLowerCase());
  const isWanted = createPathFilter({ include, exclude });
  const isWantedInSomeCase = createPathFilter({ include: lowerCase(include), exclude: lowerCase(exclude) });
  let isOtherCase = false;
  return {
    isWanted(path) {
      const isMatch = isWanted(path);
      isOtherCase ||= !isMatch && isWantedInSomeCase(path.toLowerCase());
      return isMatch;
    },
    explain() {
      if (include.some((pattern) => /^(['"]).*\1$/s.test(pattern)))
        return 'the pattern itself begins and ends with a quote; write it without';
      if (include.some((pattern) => pattern.startsWith('./'))) return 'paths in an archive begin without ./';
      if (include.some((pattern) => /[{,}]/.test(pattern)))
        return 'braces and commas stand for themselves; give each pattern an --include of its own';
      return isOtherCase ? 'a name that is there differs in upper and lower case only' : null;
    },
  };
}
