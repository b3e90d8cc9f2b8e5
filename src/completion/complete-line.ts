import { truncateToWidth } from '../terminal/text/display-width.ts';
import { quoteForShell } from '../terminal/text/shell-quote.ts';
import { splitBashLine } from './bash-line.ts';
import type { Candidate, Completion } from './candidates.ts';
import type { Shell } from './shells.ts';

/** The input of a shell's script, and the format of the response. */
export interface ShellRequest {
  /** The words of the line without the program; the last one is being typed. */
  readonly words: readonly string[];
  /** First line: what the shell can add. Then one line per candidate, as the script expects it. */
  respond(completion: Completion): readonly string[];
}

const WIDEST_DESCRIPTION = 60;
/** COMP_TYPE when bash only lists candidates and never inserts them. */
const LISTING = '63';

/** Reads the arguments that a shell's script passes to `__complete`. */
export function readRequest(shell: Shell, words: readonly string[]): ShellRequest {
  switch (shell) {
    case 'bash':
      return bashRequest(words);
    case 'pwsh':
      return powershellRequest(words);
    case 'zsh':
      return { words, respond: withTabs };
    case 'fish':
      // fish would expand a tilde that it has inserted.
      return {
        words,
        respond: ({ candidates, fallback }) =>
          withTabs({ candidates: candidates.filter(({ value }) => !value.startsWith('~')), fallback }),
      };
  }
}

/** For shells that filter the candidates and quote the inserted text. */
function withTabs({ candidates, fallback }: Completion): readonly string[] {
  return [fallback, ...candidates.map(({ value, description }) => `${value}\t${short(description)}`)];
}

/**
 * bash passes COMP_TYPE, the part of the last word after bash's own word breaks (`=`, `:`), and the line up to the
 * cursor. It replaces that part with the response, without quoting it.
 */
function bashRequest([type = '', part = '', line = '']: readonly string[]): ShellRequest {
  const { words, lastRaw, openQuote } = splitBashLine(line);
  const current = words.at(-1) ?? '';
  const replaced = /^[=:]*$/.test(part) ? '' : part;
  const kept = lastRaw.endsWith(replaced) ? lastRaw.slice(0, lastRaw.length - replaced.length) : '';
  const keptText = splitBashLine(`_ ${kept}`).words[0] ?? '';
  return {
    words,
    respond({ candidates, fallback }) {
      const fitting = candidates.filter(({ value }) => value.startsWith(current));
      const written = fitting.flatMap((candidate) => {
        const rest = candidate.value.slice(keptText.length);
        if (rest === '') return [];
        if (openQuote !== '') return canStandIn(openQuote, rest) ? [{ ...candidate, value: rest }] : [];
        return [{ ...candidate, value: quoteForShell(rest) }];
      });
      const isListing = type === LISTING && written.length > 1;
      return [
        fallback,
        ...written.map((candidate) => (isListing ? withDescription(candidate) : candidate.value)),
      ];
    },
  };
}

function canStandIn(quote: "'" | '"', text: string): boolean {
  return quote === "'" ? !text.includes("'") : !/["$`\\!]/.test(text);
}

function withDescription({ value, description }: Candidate): string {
  return description === '' ? value : `${value}  (${short(description)})`;
}

/**
 * PowerShell passes one argument: the words of the line, one per line, as Base64 of UTF-8. Older versions of
 * PowerShell drop empty words and quotes in arguments.
 */
function powershellRequest([encoded = '']: readonly string[]): ShellRequest {
  const words = Buffer.from(encoded, 'base64').toString('utf8').split('\n');
  const current = words.at(-1) ?? '';
  return {
    words,
    respond: ({ candidates, fallback }) => [
      fallback,
      ...candidates
        .filter(({ value }) => value.startsWith(current))
        .map(({ value, description }) => `${quoteForShell(value, 'win32')}\t${value}\t${short(description)}`),
    ],
  };
}

function short(description: string): string {
  return truncateToWidth(description, WIDEST_DESCRIPTION, '...');
}
