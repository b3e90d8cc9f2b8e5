import { escapeText } from '../text/escape.ts';
import { askList } from './list-prompt.ts';
import { askPlainLine } from './plain-line.ts';
import { askPlainList } from './plain-list.ts';
import { frameWidth, type PromptOptions } from './prompt-options.ts';
import type { Prompts, TextQuestion } from './prompts.ts';
import { responseOrCancel } from './response-or-cancel.ts';
import { clearScreen } from './screen.ts';
import { askLine } from './text-prompt.ts';
import { wrapText } from './wrap-text.ts';

/** Other programs that fill the screen use it (xterm: 1049), too: what stood there comes back afterwards. */
const OTHER_SCREEN = '\x1b[?1049h';
const FIRST_SCREEN = '\x1b[?1049l';

export interface PromptsOptions extends PromptOptions {
  /** Nothing is redrawn, lists are answered by numbers: for `TERM=dumb` and for screen readers. */
  readonly isPlain: boolean;
}

/** Asks questions on a screen of their own; however it ends, the terminal is as it was. */
export async function withPrompts<Result>(
  options: PromptsOptions,
  work: (prompts: Prompts) => Promise<Result>,
): Promise<Result> {
  if (options.isPlain) return await work(plainPrompts(options));
  const { stderr } = options;
  stderr.write(OTHER_SCREEN);
  try {
    return await work(screenPrompts(options));
  } finally {
    stderr.write(FIRST_SCREEN);
  }
}

function screenPrompts(options: PromptOptions): Prompts {
  const { stderr, style } = options;
  return {
    chooseFrom(question) {
      clearScreen(stderr);
      return ask(question.canGoBack, (ending) => askList(question, ending), options);
    },
    askText(question) {
      clearScreen(stderr);
      return ask(true, (ending) => askLine(question, ending), options);
    },
    async during(text, work) {
      clearScreen(stderr);
      stderr.write(style.dim(wrapText(escapeText(text), frameWidth(options)).join('\n')));
      return await work;
    },
  };
}

function plainPrompts(options: PromptOptions): Prompts {
  const { stderr } = options;
  return {
    chooseFrom: (question) => ask(question.canGoBack, (ending) => askPlainList(question, ending), options),
    askText: (question) => ask(true, (ending) => askPlainText(question, ending), options),
    async during(text, work) {
      stderr.write(`${escapeText(text)}\n`);
      return await work;
    },
  };
}

function ask<Answer>(
  canGoBack: boolean,
  prompt: (options: PromptOptions) => Promise<Answer | null>,
  options: PromptOptions,
): Promise<Answer | null> {
  const { stdin, signal } = options;
  return responseOrCancel((ending) => prompt({ ...options, signal: ending }), { stdin, signal, canGoBack });
}

async function askPlainText(
  { message, suggestion, explanation, check }: TextQuestion,
  options: PromptOptions,
): Promise<string | null> {
  options.stderr.write(`${escapeText(`${message}. ${explanation}`)}\n`);
  const keys = suggestion === '' ? 'b: back' : `Enter: ${suggestion}, b: back`;
  for (;;) {
    const answer = await askPlainLine(`Your answer (${keys}):`, options);
    if (answer === 'b') return null;
    const text = answer === '' ? suggestion : answer;
    const wrong = check(text);
    if (wrong === null) return text;
    options.stderr.write(`${escapeText(wrong)}\n`);
  }
}
