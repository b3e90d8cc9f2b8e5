import { truncateToWidth } from '../terminal/text/display-width.ts';
import { quoteForShell } from '../terminal/text/shell-quote.ts';
import { splitBashLine } from './bash-line.ts';
import type { Candidate, Completion } from './candidates.ts';
import type { Shell } from './shells.ts';

/** What a shell's script hands over, and how its answer is written. */
export interface ShellQuestion {
  /** The words of the line without the program; the last one is being typed. */
  readonly words: readonly string[];
  /** First line: what the shell may add by itself. Then one line per candidate, as the script expects it. */
  answer(completion: Completion): readonly string[];
}

const WIDEST_DESCRIPTION = 60;
/** COMP_TYPE when bash only lists: what it gets then is never inserted. */
const LISTING = '63';

/** Reads the arguments that the script of a shell gives to `__complete`. */
export function readQuestion(shell: Shell, words: readonly string[]): ShellQuestion {
  switch (shell) {
    case 'bash':
      return bashQuestion(words);
    case 'pwsh':
      return powershellQuestion(words);
    case 'zsh':
      return { words, answer: withTabs };
    case 'fish':
      // It would expand a tilde that it has inserted itself.
      return {
        words,
        answer: ({ candidates, fallback }) =>
          withTabs({ candidates: candidates.filter(({ value }) => !value.startsWith('~')), fallback }),
      };
  }
}

/** For shells that choose among the candidates, and quote what they insert, by themselves. */
function withTabs({ candidates, fallback }: Completion): readonly string[] {
  return [fallback, ...candidates.map(({ value, description }) => `${value}\t${short(description)}`)];
}

/**
 * From bash come COMP_TYPE, the part of the last word after bash's own word breaks (`=`, `:`), and the
 * line up to the cursor. It puts an answer in the place of that part, without quoting it.
 */
function bashQuestion([type = '', part = '', line = '']: readonly string[]): ShellQuestion {
  const { words, lastRaw, openQuote } = splitBashLine(line);
  const current = words.at(-1) ?? '';
  const replaced = /^[=:]*$/.test(part) ? '' : part;
  const kept = lastRaw.endsWith(replaced) ? lastRaw.slice(0, lastRaw.length - replaced.length) : '';
  const keptText = splitBashLine(`_ ${kept}`).words[0] ?? '';
  return {
    words,
    answer({ candidates, fallback }) {
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
 * From PowerShell comes one word: the words of the line, one on each line, in UTF-8 and Base64, because
 * its older versions lose empty words and quotes on their way to a program.
 */
function powershellQuestion([encoded = '']: readonly string[]): ShellQuestion {
  const words = Buffer.from(encoded, 'base64').toString('utf8').split('\n');
  const current = words.at(-1) ?? '';
  return {
    words,
    answer: ({ candidates, fallback }) => [
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
