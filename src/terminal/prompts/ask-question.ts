import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { escapeText } from '../text/escape.ts';
import { askPlainLine } from './plain-line.ts';
import type { PromptOptions } from './prompt-options.ts';
import { promptTheme } from './prompt-theme.ts';
import type { Question } from './question.ts';
import { canceled, responseOrCancel } from './response-or-cancel.ts';

type QuestionOptions = Pick<PromptOptions, 'stdin' | 'stderr' | 'signal' | 'style' | 'glyphs'> & {
  /** Nothing is redrawn and choices are numbered, for `TERM=dumb` and for screen readers. */
  readonly isPlain: boolean;
};

/**
 * Asks one question on standard error until the response is valid. A secret is never shown.
 * @throws ExpectedError INTERRUPTED on Ctrl-C, Ctrl-D and at the end of input, or the signal's own reason
 */
export async function askQuestion(question: Question, options: QuestionOptions): Promise<string> {
  const { stdin, signal } = options;
  const ask = options.isPlain ? askPlainly : askOnTerminal;
  const answer = await responseOrCancel((ending) => ask(question, { ...options, signal: ending }), {
    stdin,
    signal,
    canGoBack: false,
  });
  if (answer === null) throw canceled();
  return answer;
}

async function askOnTerminal(question: Question, options: QuestionOptions): Promise<string> {
  if (question.kind === 'secret') return (await import('./secret-prompt.ts')).askMasked(question, options);
  const { input, select } = await import('@inquirer/prompts');
  const { stdin, stderr, signal, style, glyphs } = options;
  // Prompts draw on standard output by default, which may be redirected.
  const place = { input: stdin, output: stderr, signal };
  const theme = promptTheme(options);
  const message = escapeText(question.message);
  switch (question.kind) {
    case 'choice':
      return select(
        {
          message,
          choices: question.choices.map(({ value, label }) => ({ value, name: escapeText(label) })),
          theme: {
            ...theme,
            icon: { cursor: glyphs.pointer },
            style: { ...theme.style, highlight: style.cyan, keysHelpTip: () => undefined },
          },
        },
        place,
      );
    case 'text':
      return (
        await input({ message, validate: (answer) => complaint(question, answer) ?? true, theme }, place)
      ).trim();
  }
}

function complaint(question: Exclude<Question, { kind: 'choice' }>, answer: string): string | null {
  const wrong = question.check(answer.trim());
  return wrong === null ? null : escapeText(wrong);
}

async function askPlainly(question: Question, options: QuestionOptions): Promise<string> {
  const { stderr } = options;
  if (question.kind === 'choice') {
    question.choices.forEach(({ label }, index) => stderr.write(`${index + 1}. ${escapeText(label)}\n`));
  }
  for (;;) {
    const answer = await (question.kind === 'secret' ? askHidden : askPlainLine)(question.message, options);
    if (question.kind === 'choice') {
      const choice = /^\d+$/.test(answer) ? question.choices[Number(answer) - 1] : undefined;
      if (choice !== undefined) return choice.value;
      stderr.write(`Type a number from 1 to ${question.choices.length}.\n`);
      continue;
    }
    const wrong = question.check(answer);
    if (wrong === null) return answer;
    stderr.write(`${escapeText(wrong)}\n`);
  }
}

/** One line that is not echoed: readline in terminal mode disables the echo, and draws nowhere. */
function askHidden(
  message: string,
  { stdin, stderr, signal }: Pick<QuestionOptions, 'stdin' | 'stderr' | 'signal'>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    stderr.write(`${escapeText(message)} (hidden) `);
    const output = new PassThrough().resume();
    const lines = createInterface({ input: stdin, output, terminal: true, signal });
    let answer: string | null = null;
    lines.once('SIGINT', () => lines.close());
    lines.once('line', (line) => {
      answer = line.trim();
      lines.close();
    });
    lines.once('close', () => {
      stderr.write('\n');
      if (answer === null) reject(canceled());
      else resolve(answer);
    });
  });
}
