import { isExpectedError } from '../../errors.ts';
import { escapeText } from '../text/escape.ts';
import {
  addPage,
  delayLoading,
  failToLoad,
  isStale,
  type ListState,
  searchFor,
  startList,
  toggle,
  toggleAll,
  tryAgain,
} from './list-state.ts';
import { cellText, problemText, statusParts } from './list-view.ts';
import { askPlainLine } from './plain-line.ts';
import { parsePlainResponse } from './plain-response.ts';
import type { PromptOptions } from './prompt-options.ts';
import type { ListQuestion } from './prompts.ts';

/** Rows that are printed at a time, few enough to stay on the screen and to listen to. */
const ROWS_PER_PAGE = 10;

/**
 * The same question as a numbered list that is printed page by page, so that nothing on the screen changes
 * after it was read aloud. Null goes back one step.
 */
export async function askPlainList<Item>(
  question: ListQuestion<Item>,
  options: PromptOptions,
): Promise<readonly Item[] | null> {
  const { stderr } = options;
  const print = (line: string) => void stderr.write(`${line}\n`);
  const load = (now: ListState<Item>) => loadPage(now, question, options, print);
  let state = startList(question);
  let printed = 0;
  /** Prints the next rows; loads a page first if necessary. */
  const printPage = async () => {
    const end = printed + ROWS_PER_PAGE;
    if (isStale(state) || (end > state.items.length && !state.isComplete)) state = await load(state);
    if (state.failure !== null) return;
    printRows(state, { from: printed, end }, question, print);
    printed = Math.min(end, state.items.length);
    printStatus(state, question, options, print);
  };
  print(escapeText(question.message));
  for (const note of question.notes) print(escapeText(note));
  await printPage();
  print(instructions(question));
  for (;;) {
    const response = parsePlainResponse(await askPlainLine('Your choice:', options), printed);
    switch (response.kind) {
      case 'done':
        if (question.isMultiple && (state.chosen.size > 0 || !question.isRequired))
          return [...state.chosen.values()];
        print('Select at least one by its number.');
        break;
      case 'back':
        if (question.canGoBack) return null;
        print('This is the first question.');
        break;
      case 'more':
        if (printed < state.items.length || !state.isComplete) {
          const before = printed;
          await printPage();
          if (printed > before || state.failure !== null) break;
        }
        print('No more rows.');
        break;
      case 'retry':
        state = tryAgain(state);
        await printPage();
        break;
      case 'search':
        if (!question.hasSearch) break;
        state = searchFor({ ...state, text: '\0' }, response.text);
        printed = 0;
        await printPage();
        break;
      case 'all':
        if (!question.isMultiple) break;
        state = toggleAll(state, question.idOf);
        while (state.isSelectingAll) state = await load(state);
        printStatus(state, question, options, print);
        break;
      case 'rows': {
        const items = response.rows.flatMap((row) => state.items.slice(row, row + 1));
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

/** The list with its next page; with the reason, if the network failed. */
async function loadPage<Item>(
  state: ListState<Item>,
  question: ListQuestion<Item>,
  { signal, onRetry }: PromptOptions,
  print: (line: string) => void,
): Promise<ListState<Item>> {
  const report = (now: ListState<Item>) => print(escapeText(problemText(now) ?? ''));
  const stop = onRetry((reason) => report(delayLoading(state, reason)));
  try {
    return addPage(state, await question.load(state.text, state.loadedPages, signal), question);
  } catch (error) {
    if (!isExpectedError(error, 'UNAVAILABLE')) throw error;
    const failed = failToLoad(state, error.message);
    report(failed);
    print('Type r to retry.');
    return failed;
  } finally {
    stop();
  }
}

function instructions<Item>({
  items,
  hasSearch,
  isMultiple,
  isRequired,
  canGoBack,
}: ListQuestion<Item>): string {
  const hasPages = items === null || items.length > ROWS_PER_PAGE;
  return [
    isMultiple ? 'Type numbers such as 1,3-5 to select or deselect' : 'Type a number',
    ...(isMultiple ? ['a for all'] : []),
    ...(hasSearch ? ['/words to search'] : []),
    ...(hasPages ? ['+ for more'] : []),
    ...(canGoBack ? ['b to go back'] : []),
    ...(isMultiple ? [`Enter to continue${isRequired ? '' : ', even with none'}`] : []),
  ]
    .join(', ')
    .concat('.');
}

function printRows<Item>(
  { items, text }: ListState<Item>,
  { from, end }: { readonly from: number; readonly end: number },
  { columns, emptyText }: ListQuestion<Item>,
  print: (line: string) => void,
): void {
  if (items.length === 0) print(escapeText(text === '' ? emptyText : `${emptyText} match "${text}"`));
  for (const [index, item] of items.slice(from, end).entries()) {
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
