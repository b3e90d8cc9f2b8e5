/** The words of this run's own line, to which what was chosen is added; nothing may follow a `--`. */
export function typedWords(argv: readonly string[]): readonly string[] {
  return argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
}
