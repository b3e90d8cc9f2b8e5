import { escapeText } from '../text/escape.ts';
import { addPage, isStale, type ListState, searchFor, startList, toggle, toggleAll } from './list-state.ts';
import { cellText, statusParts } from './list-view.ts';
import { askPlainLine } from './plain-line.ts';
import { parsePlainResponse } from './plain-response.ts';
import type { PromptOptions } from './prompt-options.ts';
import type { ListQuestion } from './prompts.ts';

/**
 * The same question as a numbered list that is printed once and answered by numbers, so that nothing
 * on the screen changes after it was read aloud. Null goes one step back.
 */
export async function askPlainList<Item>(
  question: ListQuestion<Item>,
  options: PromptOptions,
): Promise<readonly Item[] | null> {
  const { stderr, signal } = options;
  const print = (line: string) => void stderr.write(`${line}\n`);
  const load = async (now: ListState<Item>) =>
    addPage(now, await question.load(now.text, now.loadedPages, signal), question);
  let state = startList(question);
  let printed = 0;
  print(escapeText(question.message));
  for (const note of question.notes) print(escapeText(note));
  print(instructions(question));
  for (;;) {
    if (isStale(state)) {
      state = await load(state);
      printed = 0;
    }
    printRows(state, printed, question, print);
    if (state.items.length > printed || printed === 0) printStatus(state, question, options, print);
    printed = Math.max(1, state.items.length);
    const answer = parsePlainResponse(await askPlainLine('Your choice:', options), state.items.length);
    switch (answer.kind) {
      case 'done':
        if (question.isMultiple && (state.chosen.size > 0 || !question.isRequired))
          return [...state.chosen.values()];
        print('Choose at least one, by its number.');
        break;
      case 'back':
        if (question.canGoBack) return null;
        print('This is the first question; there is nothing to go back to.');
        break;
      case 'more':
        if (!state.isComplete) state = await load(state);
        if (state.items.length === printed) print('There is nothing more.');
        break;
      case 'search':
        if (question.hasSearch) state = searchFor({ ...state, text: '\0' }, answer.text);
        break;
      case 'all':
        if (question.isMultiple) state = toggleAll(state, question.idOf);
        printStatus(state, question, options, print);
        break;
      case 'rows': {
        const items = answer.rows.flatMap((row) => state.items.slice(row, row + 1));
        if (!question.isMultiple) return items.slice(0, 1);
        for (const item of items) state = toggle(state, item, question.idOf);
        printStatus(state, question, options, print);
        break;
      }
      case 'unknown':
        print(instructions(question));
        break;
    }
  }
}

function instructions<Item>({ hasSearch, isMultiple, isRequired, canGoBack }: ListQuestion<Item>): string {
  return [
    isMultiple ? 'Type numbers such as 1,3-5 to choose or to take back' : 'Type a number',
    ...(isMultiple ? ['a for all'] : []),
    ...(hasSearch ? ['/words to search', '+ for more'] : []),
    ...(canGoBack ? ['b to go back'] : []),
    ...(isMultiple ? [`Enter ${isRequired ? 'when done' : 'when done, also with none'}`] : []),
  ]
    .join(', ')
    .concat('.');
}

function printRows<Item>(
  { items, text }: ListState<Item>,
  from: number,
  { columns, emptyText }: ListQuestion<Item>,
  print: (line: string) => void,
): void {
  if (items.length === 0 && from === 0)
    print(escapeText(text === '' ? emptyText : `${emptyText} that fit "${text}"`));
  for (const [index, item] of items.slice(from).entries()) {
    const cells = columns.map((column) => cellText(column, item)).filter((cell) => cell !== '');
    print(`${from + index + 1}. ${cells.join(', ')}`);
  }
}

function printStatus<Item>(
  state: ListState<Item>,
  question: ListQuestion<Item>,
  { glyphs }: PromptOptions,
  print: (line: string) => void,
): void {
  const { columns } = question;
  const name = columns.find(({ shrinks }) => shrinks === true) ?? columns[0];
  const parts = statusParts({ ...state, isLoading: false }, question, glyphs);
  const names = name === undefined ? [] : [...state.chosen.values()].map((item) => cellText(name, item));
  if (parts.length > 0)
    print(`${parts.join(', ')}${question.isMultiple && names.length > 0 ? `: ${names.join(', ')}` : ''}`);
}
