import { createPathFilter, type PathSelection } from './path-filter.ts';

/** A filter that explains afterwards why nothing matched. */
export interface ExplainedFilter {
  readonly isWanted: (path: string) => boolean;
  /** The probable mistake in the patterns; null if there is none. */
  readonly explain: () => string | null;
}

/** Like `createPathFilter`, for a selection that should match something. */
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
        return 'remove the quotes inside the pattern';
      if (include.some((pattern) => pattern.startsWith('./')))
        return 'remove ./ from the pattern; paths in an archive do not start with it';
      if (include.some((pattern) => pattern.includes('\\')))
        return 'separate folders with /; a backslash makes the next character literal';
      if (include.some((pattern) => /[{,}]/.test(pattern)))
        return 'braces and commas are literal; use one --include for each pattern';
      return isOtherCase ? 'check the case; an entry differs only in upper and lower case' : null;
    },
  };
}
