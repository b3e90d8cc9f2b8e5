import { isExpectedError } from '../../errors.ts';
import { escapeText } from '../text/escape.ts';
import { wrapText } from '../text/wrap-text.ts';
import { askList } from './list-prompt.ts';
import { askPlainLine } from './plain-line.ts';
import { askPlainList } from './plain-list.ts';
import { frameWidth, type PromptOptions } from './prompt-options.ts';
import type { ListQuestion, Prompts, TextQuestion } from './prompts.ts';
import { responseOrCancel } from './response-or-cancel.ts';
import { clearScreen } from './screen.ts';
import { askLine } from './text-prompt.ts';

/** The alternate screen (xterm: 1049); the previous content returns afterwards. */
const OTHER_SCREEN = '\x1b[?1049h';
const FIRST_SCREEN = '\x1b[?1049l';

export interface PromptsOptions extends PromptOptions {
  /** Nothing is redrawn and lists are numbered, for `TERM=dumb` and for screen readers. */
  readonly isPlain: boolean;
}

/** Asks questions on the alternate screen, and always restores the terminal. */
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
  const paragraph = (text: string) => wrapText(escapeText(text), frameWidth(options)).join('\n');
  const chooseFrom: Prompts['chooseFrom'] = (question) => {
    clearScreen(stderr);
    return ask(question.canGoBack, (ending) => askList(question, ending), options);
  };
  return {
    chooseFrom,
    askText(question) {
      clearScreen(stderr);
      return ask(true, (ending) => askLine(question, ending), options);
    },
    during: (text, work) =>
      untilReachable(work, {
        chooseFrom,
        onRetry: options.onRetry,
        show(problem) {
          clearScreen(stderr);
          stderr.write(style.dim(paragraph(text)));
          if (problem !== null) stderr.write(`\n${style.yellow(paragraph(problem))}`);
        },
      }),
  };
}

function plainPrompts(options: PromptOptions): Prompts {
  const { stderr, onRetry } = options;
  const chooseFrom: Prompts['chooseFrom'] = (question) =>
    ask(question.canGoBack, (ending) => askPlainList(question, ending), options);
  return {
    chooseFrom,
    askText: (question) => ask(true, (ending) => askPlainText(question, ending), options),
    during: (text, work) =>
      untilReachable(work, {
        chooseFrom,
        onRetry,
        show: (problem) => void stderr.write(`${escapeText(problem ?? text)}\n`),
      }),
  };
}

/** Runs the work, reports its retries, and offers to run it again when the network has failed. */
async function untilReachable<Result>(
  work: () => Promise<Result>,
  {
    chooseFrom,
    onRetry,
    show,
  }: Pick<Prompts, 'chooseFrom'> &
    Pick<PromptOptions, 'onRetry'> & { readonly show: (problem: string | null) => void },
): Promise<Result> {
  for (;;) {
    show(null);
    const stop = onRetry((reason) => show(`Still loading: ${reason}`));
    try {
      return await work();
    } catch (error) {
      if (!isExpectedError(error, 'UNAVAILABLE')) throw error;
      const chosen = await chooseFrom(retryQuestion(error.message));
      if (chosen?.[0] !== RETRY) throw error;
    } finally {
      stop();
    }
  }
}

const RETRY = 'Retry';

function retryQuestion(reason: string): ListQuestion<string> {
  return {
    message: 'The service is unavailable',
    columns: [{ key: 'label', heading: '', text: (label) => label, shrinks: true }],
    idOf: (label) => label,
    items: [RETRY, 'Cancel'],
    load: () => Promise.resolve([]),
    hasSearch: false,
    isMultiple: false,
    chosen: [],
    isRequired: true,
    canGoBack: false,
    notes: [reason],
    emptyText: '',
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
  const keys = suggestion === '' ? 'b to go back' : `Enter for ${suggestion}, b to go back`;
  for (;;) {
    const answer = await askPlainLine(`Your response (${keys}):`, options);
    if (answer === 'b') return null;
    const text = answer === '' ? suggestion : answer;
    const wrong = check(text);
    if (wrong === null) return text;
    options.stderr.write(`${escapeText(wrong)}\n`);
  }
}
