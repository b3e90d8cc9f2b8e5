type Environment = Readonly<Record<string, string | undefined>>;

/**
 * An environment without this program's settings and secrets, for child processes. On Windows, variable names are
 * case-insensitive.
 */
export function withoutOwnVariables(env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('STREAMDIVER_')),
  );
}
