import { createInterface } from 'node:readline';
import { escapeText } from '../text/escape.ts';
import type { PromptOptions } from './prompt-options.ts';
import { canceled } from './response-or-cancel.ts';

/**
 * Asks in one line that is never redrawn, for `TERM=dumb` and for screen readers.
 * @throws ExpectedError INTERRUPTED at the end of input and when the signal is aborted
 */
export function askPlainLine(
  question: string,
  { stdin, stderr, signal }: Pick<PromptOptions, 'stdin' | 'stderr' | 'signal'>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdin, output: stderr, terminal: false, signal });
    let hasAnswer = false;
    lines.once('close', () => {
      if (hasAnswer) return;
      // The cursor is still behind the question.
      stderr.write('\n');
      reject(canceled());
    });
    lines.question(`${escapeText(question)} `, (answer) => {
      hasAnswer = true;
      resolve(answer.trim());
      lines.close();
    });
  });
}
