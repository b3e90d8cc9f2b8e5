import { escapeText } from './escape.ts';

/** `=`, `%`, `~`, and `#` are special to some shells, but only at the start of a word. */
const SAFE_WORD = /^[A-Za-z0-9_./:@,+-][A-Za-z0-9_./:@,+=%-]*$/;

/**
 * An argument to paste into a shell: unchanged if that is safe, otherwise in single quotes. On Windows the
 * quotes are PowerShell's. An argument with invisible characters is written as `$'…'` (bash, zsh, ksh),
 * because escaping it for display afterwards would change its meaning.
 */
export function quoteForShell(argument: string, platform: NodeJS.Platform = 'linux'): string {
  const isVisible = escapeText(argument) === argument;
  if (platform === 'win32') {
    // PowerShell splits a bare word at a comma, and treats `@` as splatting.
    if (SAFE_WORD.test(argument) && !/[,@]/.test(argument)) return argument;
    return inPowerShellQuotes(argument);
  }
  if (SAFE_WORD.test(argument)) return argument;
  return isVisible ? `'${argument.replaceAll("'", `'\\''`)}'` : `$'${spellOut(argument)}'`;
}

/** A line that sets an environment variable for later commands. */
export function assignmentLine(name: string, value: string, platform: NodeJS.Platform): string {
  // PowerShell runs a bare word on the right as a command.
  if (platform === 'win32') return `$env:${name} = ${inPowerShellQuotes(value)}`;
  return `export ${name}=${quoteForShell(value, platform)}`;
}

function inPowerShellQuotes(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A command as one line that a shell splits into the same words. */
export function commandLine(words: readonly string[], platform: NodeJS.Platform = 'linux'): string {
  return words.map((word) => quoteForShell(word, platform)).join(' ');
}

/**
 * The same over several lines of at most `width` cells, if that is possible: each flag keeps its value, and all
 * lines but the last end in the shell's continuation character.
 */
export function commandLines(
  words: readonly string[],
  { platform, width }: { readonly platform: NodeJS.Platform; readonly width: number },
): readonly string[] {
  const continuation = platform === 'win32' ? ' `' : ' \\';
  const lines: string[] = [];
  for (const part of groupFlags(words).map((group) => commandLine(group, platform))) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last} ${part}`;
    if (last !== undefined && joined.length + continuation.length <= width) lines[lines.length - 1] = joined;
    else lines.push(last === undefined ? part : `${INDENT}${part}`);
  }
  return lines.map((line, index) => (index === lines.length - 1 ? line : line + continuation));
}

const INDENT = '  ';

/** The command, then each flag with its value. */
function groupFlags(words: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  for (const word of words) {
    const last = groups.at(-1);
    if (last === undefined || word.startsWith('-')) groups.push([word]);
    else last.push(word);
  }
  return groups;
}

function spellOut(argument: string): string {
  return Array.from(argument, (character) => {
    if (character === "'" || character === '\\') return `\\${character}`;
    if (escapeText(character) === character) return character;
    return Array.from(Buffer.from(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  }).join('');
}
