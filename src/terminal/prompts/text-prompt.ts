import { createPrompt, isEnterKey, useEffect, useKeypress, useState } from '@inquirer/core';
import { escapeText, visiblePart } from '../text/escape.ts';
import { wrapText, wrapWords } from '../text/wrap-text.ts';
import { frameWidth, type PromptOptions } from './prompt-options.ts';
import type { TextQuestion } from './prompts.ts';
import { watchResize } from './screen.ts';

/** Asks for one line of text; the suggestion is its initial value. */
export function askLine(question: TextQuestion, options: PromptOptions): Promise<string> {
  const { stdin, stderr, signal } = options;
  const prompt = createPrompt<string, TextQuestion>((_, done) => {
    const [text, setText] = useState('');
    const [complaint, setComplaint] = useState<string | null>(null);
    const [, setSize] = useState('');

    useEffect((line) => {
      line.write(question.suggestion);
      setText(question.suggestion);
      return watchResize(stderr, () => setSize(`${stderr.columns} ${stderr.rows}`));
    }, []);

    useKeypress((key, line) => {
      if (isEnterKey(key)) {
        const wrong = question.check(text.trim());
        if (wrong === null) done(text.trim());
        // Enter has cleared the line.
        else line.write(text);
        setComplaint(wrong);
        return;
      }
      const typed = visiblePart(line.line);
      if (typed !== line.line) {
        line.clearLine(0);
        line.write(typed);
      }
      setText(typed);
      setComplaint(null);
    });

    const { style } = options;
    const asked = `${style.cyan('?')} ${style.bold(escapeText(question.message))}: ${text}`;
    return [asked, drawBelow(question, complaint, options).join('\n')];
  });
  return prompt(question, { input: stdin, output: stderr, signal, clearPromptOnDone: true });
}

function drawBelow(
  { explanation }: TextQuestion,
  complaint: string | null,
  options: PromptOptions,
): readonly string[] {
  const { style, glyphs } = options;
  const width = frameWidth(options);
  const wrong = complaint === null ? [] : wrapText(escapeText(complaint), width);
  return [
    ...wrong.map((line) => style.red(line)),
    ...wrapText(explanation, width).map((line) => style.dim(line)),
    ...wrapWords(['Enter continue', 'Esc back', 'Ctrl-C cancel'], glyphs.separator, width).map((line) =>
      style.dim(line),
    ),
  ];
}
