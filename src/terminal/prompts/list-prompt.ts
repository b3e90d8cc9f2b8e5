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

/** Typing is faster than this; what is searched for is what was meant. */
const DEBOUNCE_MS = 150;
const DEFAULT_ROWS = 24;

/** Asks with a list that is drawn and redrawn; the choice, or what a failed first page threw. */
export function askList<Item>(
  question: ListQuestion<Item>,
  options: PromptOptions,
): Promise<readonly Item[]> {
  const { stdin, stderr, signal, clock, style, glyphs } = options;
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
      const load = async () => {
        try {
          const page = await question.load(text, loadedPages, AbortSignal.any([signal, stale.signal]));
          hasLoaded.current = true;
          if (!stale.signal.aborted) setState((now) => addPage(now, page, question));
        } catch (error) {
          if (stale.signal.aborted) return;
          // What is chosen already must not be lost to a network that fails for a while.
          const isPassing = hasLoaded.current && isExpectedError(error, 'UNAVAILABLE');
          if (isPassing) setState((now) => failToLoad(now, error.message));
          else setFailure({ error });
        }
      };
      const isTyped = hasLoaded.current && loadedPages === 0 && attempt === 0;
      const cancel = isTyped ? clock.after(DEBOUNCE_MS, () => void load()) : void load();
      return () => {
        cancel?.();
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
      // The line holds what was typed; a key that means something else must leave no character there.
      const typed = act === 'type' ? visiblePart(line.line) : act === 'clear' ? '' : state.text;
      const wanted = question.hasSearch ? typed : '';
      if (line.line !== wanted) {
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

/** What a key does: to the list, to what is searched for, or that it ends the question. */
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
  if (isUpKey(key)) return (now) => moveBy(now, -1);
  if (isDownKey(key)) return (now) => moveBy(now, 1);
  if (key.name === 'pageup') return (now) => moveBy(now, -rows);
  if (key.name === 'pagedown') return (now) => moveBy(now, rows);
  if (key.name === 'escape') return 'clear';
  if (isTabKey(key)) return (now) => moveBy(isMultiple ? choose(now) : now, isMultiple ? 1 : 0);
  // No search begins with a space, so there it may mean what it means in every other list.
  if (isSpaceKey(key) && isMultiple && (!hasSearch || state.text === '')) return choose;
  if (hasSearch) return 'type';
  if (key.name === 'a' && isMultiple) return (now) => toggleAll(now, question.idOf);
  return stay;
}

function answerOf<Item>(
  state: ListState<Item>,
  { isMultiple, isRequired }: ListQuestion<Item>,
): readonly Item[] {
  const active = isStale(state) ? [] : state.items.slice(state.active, state.active + 1);
  if (!isMultiple) return active;
  return state.chosen.size > 0 || !isRequired ? [...state.chosen.values()] : active;
}
