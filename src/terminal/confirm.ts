import { createInterface } from 'node:readline';
import { ExpectedError, isExpectedError } from '../errors.ts';
import type { InputStream, OutputStream } from '../world.ts';
import { escapeText } from './escape.ts';
import type { Glyphs } from './glyphs.ts';
import type { Style } from './style.ts';

export interface ConfirmOptions {
  readonly stdin: InputStream;
  readonly stderr: OutputStream;
  readonly signal: AbortSignal;
  readonly style: Style;
  readonly glyphs: Glyphs;
  /** Asks once in one line that is never redrawn: for `TERM=dumb` and for screen readers. */
  readonly isPlain: boolean;
}

/**
 * Asks a yes/no question on standard error; no is the default.
 * @throws ExpectedError INTERRUPTED on Ctrl-C, at the end of input, or with the signal's own ExpectedError.
 */
export async function askYesNo(question: string, options: ConfirmOptions): Promise<boolean> {
  const { stdin, signal } = options;
  const leave = new AbortController();
  const onGone = () => leave.abort();
  const onKey = (
    _: string | undefined,
    key: { readonly name?: string; readonly ctrl?: boolean } | undefined,
  ) => {
    // Ctrl-D closes readline, and the prompt would wait for ever.
    if (key?.ctrl === true && key.name === 'd') leave.abort();
  };
  stdin.on('keypress', onKey).on('close', onGone);
  try {
    const withEnd = { ...options, signal: AbortSignal.any([signal, leave.signal]) };
    return await (options.isPlain ? askPlainly(question, withEnd) : askOnTerminal(question, withEnd));
  } catch (error) {
    throw asInterruption(error, signal);
  } finally {
    stdin.off('keypress', onKey).off('close', onGone);
  }
}

async function askOnTerminal(
  question: string,
  { stdin, stderr, signal, style, glyphs }: ConfirmOptions,
): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  const same = (text: string) => text;
  return confirm(
    {
      message: escapeText(question),
      default: false,
      theme: {
        prefix: { idle: style.cyan('?'), done: style.green(glyphs.check) },
        style: {
          answer: style.cyan,
          message: style.bold,
          error: (text: string) => style.red(`> ${text}`),
          defaultAnswer: (text: string) => style.dim(`(${text})`),
          help: style.dim,
          highlight: same,
          key: same,
        },
      },
    },
    // Prompts draw on standard output by default, which may be captured.
    { input: stdin, output: stderr, signal },
  );
}

function askPlainly(question: string, { stdin, stderr, signal }: ConfirmOptions): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdin, output: stderr, terminal: false });
    const stop = () => lines.close();
    signal.addEventListener('abort', stop, { once: true });
    let hasAnswer = false;
    lines.once('close', () => {
      signal.removeEventListener('abort', stop);
      if (hasAnswer) return;
      // The cursor still stands behind the question.
      stderr.write('\n');
      reject(interrupted());
    });
    lines.question(`${escapeText(question)} [y/N] `, (answer) => {
      hasAnswer = true;
      resolve(/^y(es)?$/i.test(answer.trim()));
      stop();
    });
    if (signal.aborted) stop();
  });
}

function asInterruption(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted && isExpectedError(signal.reason)) return signal.reason;
  const isLeft =
    error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError');
  return isLeft ? interrupted(error) : error;
}

function interrupted(cause?: unknown): ExpectedError {
  return new ExpectedError('INTERRUPTED', 'the question was not answered', { cause });
}
