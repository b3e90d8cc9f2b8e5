import type { Column } from '../listing/listing.ts';

/** A list to select from. Texts may come from the service; they are escaped when they are drawn. */
export interface ListQuestion<Item> {
  readonly message: string;
  /** A row. If only one column fits, it is the one that shrinks. */
  readonly columns: readonly Column<Item>[];
  readonly idOf: (item: Item) => string;
  /** All items if they are known from the start; null loads them. */
  readonly items: readonly Item[] | null;
  /**
   * Loads one page of the matches of a text, counted from 0. A page that is empty or has no new items is the
   * last. The signal ends a request that is no longer needed.
   */
  readonly load: (text: string, page: number, signal: AbortSignal) => Promise<readonly Item[]>;
  /** Typing starts a search. */
  readonly hasSearch: boolean;
  /** Several items can be selected, otherwise exactly one. */
  readonly isMultiple: boolean;
  /** The initial selection; with a single choice, the initial position of the pointer. */
  readonly chosen: readonly Item[];
  /** With several: Enter requires a selection, and selects the current row if there is none. */
  readonly isRequired: boolean;
  /** Esc goes back one step. */
  readonly canGoBack: boolean;
  /** Shown below the list. */
  readonly notes: readonly string[];
  /** Such as `No media`. */
  readonly emptyText: string;
}

export interface TextQuestion {
  readonly message: string;
  /** The initial text; it can be edited. */
  readonly suggestion: string;
  /** Accepted values, and the meaning of an empty text. */
  readonly explanation: string;
  /** The problem with a text, or null. */
  readonly check: (answer: string) => string | null;
}

/**
 * Questions to a person, on standard error; they leave nothing on the screen. All throw ExpectedError
 * INTERRUPTED on Ctrl-C and at the end of input, or the signal's own reason.
 */
export interface Prompts {
  /** The selected items, in the order of selection; null to go back one step. */
  chooseFrom<Item>(question: ListQuestion<Item>): Promise<readonly Item[] | null>;
  /** A line of text, trimmed; null to go back one step. */
  askText(question: TextQuestion): Promise<string | null>;
  /** Shows a text while the work runs; offers to retry it after a network failure. */
  during<Result>(text: string, work: () => Promise<Result>): Promise<Result>;
}
