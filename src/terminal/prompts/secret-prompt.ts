import { createPrompt, isEnterKey, useKeypress, useState } from '@inquirer/core';
import { escapeText } from '../text/escape.ts';
import type { PromptOptions } from './prompt-options.ts';
import type { Question } from './question.ts';

type SecretQuestion = Extract<Question, { kind: 'secret' }>;

/** A pasted token may have a thousand characters; more asterisks only wrap. */
const MOST_ASTERISKS = 24;

/** Asks for a secret and shows asterisks instead. Nothing of it stays on the screen. */
export function askMasked(
  question: SecretQuestion,
  {
    stdin,
    stderr,
    signal,
    style,
    glyphs,
  }: Pick<PromptOptions, 'stdin' | 'stderr' | 'signal' | 'style' | 'glyphs'>,
): Promise<string> {
  const message = style.bold(escapeText(question.message));
  const prompt = createPrompt<string, SecretQuestion>((_, done) => {
    const [text, setText] = useState('');
    const [complaint, setComplaint] = useState<string | null>(null);
    const [isDone, setDone] = useState(false);

    useKeypress((key, line) => {
      if (!isEnterKey(key)) {
        setText(line.line);
        setComplaint(null);
        return;
      }
      const wrong = question.check(text.trim());
      if (wrong === null) {
        setDone(true);
        done(text.trim());
      } else {
        // Enter has cleared the line.
        setText('');
        setComplaint(wrong);
      }
    });

    if (isDone) return `${style.green(glyphs.check)} ${message}`;
    const asterisks = '*'.repeat(Math.min(MOST_ASTERISKS, text.length));
    const below = complaint === null ? '' : style.red(escapeText(complaint));
    return [`${style.cyan('?')} ${message} ${asterisks}`, below];
  });
  return prompt(question, { input: stdin, output: stderr, signal });
}
