import type { InputStream, OutputStream } from '../../world.ts';
import { escapeText } from '../text/escape.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';
import { wrapText } from '../text/wrap-text.ts';
import { askPlainLine } from './plain-line.ts';
import { promptTheme } from './prompt-theme.ts';
import { responseOrCancel } from './response-or-cancel.ts';

export interface ConfirmOptions {
  readonly stdin: InputStream;
  readonly stderr: OutputStream;
  readonly signal: AbortSignal;
  readonly style: Style;
  readonly glyphs: Glyphs;
  readonly columns: number;
  /** Asks once in one line that is never redrawn, for `TERM=dumb` and for screen readers. */
  readonly isPlain: boolean;
}

/**
 * Asks a yes/no question on standard error; no is the default.
 * @throws ExpectedError INTERRUPTED on Ctrl-C, at the end of input, or with the signal's own ExpectedError.
 */
export async function askYesNo(question: string, options: ConfirmOptions): Promise<boolean> {
  const { stdin, signal } = options;
  const answer = await responseOrCancel(
    (ending) => (options.isPlain ? askPlainly : askOnTerminal)(question, { ...options, signal: ending }),
    { stdin, signal, canGoBack: false },
  );
  return answer === true;
}

async function askOnTerminal(
  question: string,
  { stdin, stderr, signal, style, glyphs, columns }: ConfirmOptions,
): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  return confirm(
    {
      message: wrapQuestion(escapeText(question), columns),
      default: false,
      theme: promptTheme({ style, glyphs }),
    },
    // Prompts draw on standard output by default, which may be redirected.
    { input: stdin, output: stderr, signal },
  );
}

/** The library would break words. Its choices stay beside the last word. */
function wrapQuestion(question: string, columns: number): string {
  const choices = '\u00a0(y/N)';
  const wrapped = wrapText(question + choices, Math.max(1, columns - '? '.length)).join('\n');
  return wrapped.endsWith(choices) ? wrapped.slice(0, -choices.length) : question;
}

async function askPlainly(question: string, options: ConfirmOptions): Promise<boolean> {
  return /^y(es)?$/i.test(await askPlainLine(`${question} [y/N]`, options));
}
