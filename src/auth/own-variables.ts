type Environment = Readonly<Record<string, string | undefined>>;

/**
 * An environment without the settings of this program, secrets among them, for what it starts. Windows
 * takes a variable by its name in any case.
 */
export function withoutOwnVariables(env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('STREAMDIVER_')),
  );
}
