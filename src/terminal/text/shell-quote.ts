import { escapeText } from './escape.ts';

/** `=` and `%` mean something to some shells at the start of a word only, `~` and `#` likewise. */
const SAFE_WORD = /^[A-Za-z0-9_./:@,+-][A-Za-z0-9_./:@,+=%-]*$/;

/**
 * An argument as it may be pasted into a shell: as it is where that is safe, else in single quotes.
 * On Windows the quotes are PowerShell's. An argument with invisible characters is spelled out as
 * `$'…'` (bash, zsh, ksh), because escaping it for display afterwards would change what it means.
 */
export function quoteForShell(argument: string, platform: NodeJS.Platform = 'linux'): string {
  const isVisible = escapeText(argument) === argument;
  if (platform === 'win32') {
    // PowerShell splits a bare word at a comma and takes `@` for splatting.
    if (SAFE_WORD.test(argument) && !/[,@]/.test(argument)) return argument;
    return `'${argument.replaceAll("'", "''")}'`;
  }
  if (SAFE_WORD.test(argument)) return argument;
  return isVisible ? `'${argument.replaceAll("'", `'\\''`)}'` : `$'${spellOut(argument)}'`;
}

/** The words of a command as one line that a shell reads back as the same words. */
export function commandLine(words: readonly string[], platform: NodeJS.Platform = 'linux'): string {
  return words.map((word) => quoteForShell(word, platform)).join(' ');
}

function spellOut(argument: string): string {
  return Array.from(argument, (character) => {
    if (character === "'" || character === '\\') return `\\${character}`;
    if (escapeText(character) === character) return character;
    return Array.from(Buffer.from(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  }).join('');
}
