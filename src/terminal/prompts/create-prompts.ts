import { clearLine, cursorTo } from 'node:readline';
import { truncateToWidth } from '../display-width.ts';
import { escapeText } from '../escape.ts';
import { answerOrLeave } from './answer-or-leave.ts';
import { askList } from './list-prompt.ts';
import { askPlainLine } from './plain-line.ts';
import { askPlainList } from './plain-list.ts';
import type { PromptOptions } from './prompt-options.ts';
import type { Prompts, TextQuestion } from './prompts.ts';
import { askLine } from './text-prompt.ts';

export interface PromptsOptions extends PromptOptions {
  /** Nothing is redrawn, lists are answered by numbers: for `TERM=dumb` and for screen readers. */
  readonly isPlain: boolean;
  /** Keeps everything else off standard error while a question stands there. */
  readonly alone: <Result>(ask: () => Promise<Result>) => Promise<Result>;
}

export function createPrompts(options: PromptsOptions): Prompts {
  const { stdin, stderr, signal, style, glyphs, columns, isPlain, alone } = options;
  const ask = <Answer>(canGoBack: boolean, prompt: (options: PromptOptions) => Promise<Answer | null>) =>
    alone(() =>
      answerOrLeave((ending) => prompt({ ...options, signal: ending }), { stdin, signal, canGoBack }),
    );
  return {
    chooseFrom: (question) =>
      ask(question.canGoBack, (with_) => (isPlain ? askPlainList : askList)(question, with_)),
    askText: (question) => ask(true, (with_) => (isPlain ? askPlainText : askLine)(question, with_)),
    async during(text, work) {
      if (isPlain) {
        stderr.write(`${escapeText(text)}\n`);
        return await work;
      }
      stderr.write(style.dim(truncateToWidth(escapeText(text), columns() - 1, glyphs.ellipsis)));
      try {
        return await alone(() => work);
      } finally {
        cursorTo(stderr, 0);
        clearLine(stderr, 0);
      }
    },
  };
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
