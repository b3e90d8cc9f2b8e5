import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isSpaceKey,
  isTabKey,
  isUpKey,
  type KeypressEvent,
  useEffect,
  useKeypress,
  useRef,
  useState,
} from '@inquirer/core';
import { isExpectedError } from '../../errors.ts';
import { visiblePart } from '../text/escape.ts';
import {
  addPage,
  canRetry,
  delayLoading,
  failToLoad,
  isStale,
  type ListState,
  moveBy,
  searchFor,
  startList,
  toggle,
  toggleAll,
  tryAgain,
} from './list-state.ts';
import { type Drawing, drawList } from './list-view.ts';
import { frameWidth, type PromptOptions } from './prompt-options.ts';
import type { ListQuestion } from './prompts.ts';
import { watchResize } from './screen.ts';

/** Longer than the pause between two keys, so that a search starts after the last one. */
const DEBOUNCE_MS = 150;
/** After this time without a response, the list reports it. */
const SLOW_MS = 4_000;
const DEFAULT_ROWS = 24;

/**
 * Asks with a list that is redrawn.
 * @throws what loading threw, unless it can be retried
 */
export function askList<Item>(
  question: ListQuestion<Item>,
  options: PromptOptions,
): Promise<readonly Item[]> {
  const { stdin, stderr, signal, clock, style, glyphs, onRetry } = options;
  const prompt = createPrompt<readonly Item[], ListQuestion<Item>>((_, done) => {
    const [state, setState] = useState<ListState<Item>>(() => startList(question));
    const [failure, setFailure] = useState<{ readonly error: unknown } | null>(null);
    const [, setSize] = useState('');
    const drawn = useRef<Pick<Drawing, 'rows' | 'top' | 'columnWidths'>>({
      rows: 0,
      top: 0,
      columnWidths: [],
    });
    const hasLoaded = useRef(false);
    if (failure !== null) throw failure.error;

    const drawing = drawList(state, question, {
      width: frameWidth(options),
      height: stderr.rows || DEFAULT_ROWS,
      top: drawn.current.top,
      columnWidths: drawn.current.columnWidths,
      style,
      glyphs,
    });
    drawn.current = drawing;
    const { text, loadedPages, attempt } = state;

    useEffect(() => {
      if (!drawing.isLoading) return undefined;
      const stale = new AbortController();
      const report = (reason: string) => setState((now) => delayLoading(now, reason));
      const endings = [
        onRetry(report),
        clock.after(SLOW_MS, () => report(`no response after ${SLOW_MS / 1000} s`)),
      ];
      const load = async () => {
        try {
          const page = await question.load(text, loadedPages, AbortSignal.any([signal, stale.signal]));
          hasLoaded.current = true;
          if (!stale.signal.aborted) setState((now) => addPage(now, page, question));
        } catch (error) {
          if (stale.signal.aborted) return;
          // A network failure must not discard the selection.
          if (isExpectedError(error, 'UNAVAILABLE')) setState((now) => failToLoad(now, error.message));
          else setFailure({ error });
        } finally {
          for (const end of endings) end();
        }
      };
      const isTyped = hasLoaded.current && loadedPages === 0 && attempt === 0;
      const cancel = isTyped ? clock.after(DEBOUNCE_MS, () => void load()) : void load();
      return () => {
        cancel?.();
        for (const end of endings) end();
        stale.abort();
      };
    }, [text, loadedPages, attempt, drawing.isLoading]);

    useEffect(() => watchResize(stderr, () => setSize(`${stderr.columns} ${stderr.rows}`)), []);

    useKeypress((key, line) => {
      const act = keyAction(key, { state, question, rows: drawn.current.rows });
      if (act === 'done') {
        done(answerOf(state, question));
        return;
      }
      // The line contains the typed text; other keys must leave no character and no cursor movement there.
      const typed = act === 'type' ? visiblePart(line.line) : act === 'clear' ? '' : state.text;
      const wanted = question.hasSearch ? typed : '';
      if (line.line !== wanted || (act !== 'type' && isSelectAllKey(key))) {
        line.clearLine(0);
        line.write(wanted);
      }
      if (typeof act !== 'string') setState(act);
      else if (question.hasSearch) setState(searchFor(state, wanted));
    });

    return [drawing.prompt, drawing.below];
  });
  return prompt(question, { input: stdin, output: stderr, signal, clearPromptOnDone: true });
}

type KeyAction<Item> = 'type' | 'clear' | 'done' | ((state: ListState<Item>) => ListState<Item>);

/** What a key does: change the list, change the search text, or end the question. */
function keyAction<Item>(
  key: KeypressEvent,
  {
    state,
    question,
    rows,
  }: { readonly state: ListState<Item>; readonly question: ListQuestion<Item>; readonly rows: number },
): KeyAction<Item> {
  const { hasSearch, isMultiple } = question;
  const item = state.items[state.active];
  const stay: KeyAction<Item> = (now) => now;
  const choose: KeyAction<Item> =
    item === undefined || isStale(state) ? stay : (now) => toggle(now, item, question.idOf);
  if (isEnterKey(key)) {
    if (answerOf(state, question).length > 0 || (isMultiple && !question.isRequired)) return 'done';
    return state.failure === null ? stay : tryAgain;
  }
  if (key.name === 'r' && !key.ctrl && canRetry(state)) return tryAgain;
  if (isMultiple && isSelectAllKey(key))
    return isStale(state) ? stay : (now) => toggleAll(now, question.idOf);
  if (isUpKey(key)) return (now) => moveBy(now, -1);
  if (isDownKey(key)) return (now) => moveBy(now, 1);
  if (key.name === 'pageup') return (now) => moveBy(now, -rows);
  if (key.name === 'pagedown') return (now) => moveBy(now, rows);
  if (key.name === 'escape') return 'clear';
  if (isTabKey(key)) return (now) => moveBy(isMultiple ? choose(now) : now, isMultiple ? 1 : 0);
  // A search text never starts with a space, so Space selects there as in every other list.
  if (isSpaceKey(key) && isMultiple && (!hasSearch || state.text === '')) return choose;
  if (hasSearch) return 'type';
  return stay;
}

/** Readline itself moves the cursor to the start of the line. */
function isSelectAllKey(key: KeypressEvent): boolean {
  return key.ctrl && key.name === 'a';
}

function answerOf<Item>(
  state: ListState<Item>,
  { isMultiple, isRequired }: ListQuestion<Item>,
): readonly Item[] {
  const active = isStale(state) ? [] : state.items.slice(state.active, state.active + 1);
  if (!isMultiple) return active;
  return state.chosen.size > 0 || !isRequired ? [...state.chosen.values()] : active;
}
