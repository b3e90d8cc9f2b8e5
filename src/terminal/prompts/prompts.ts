import type { Column } from '../listing/listing.ts';

/** A list to choose from. Texts may come from the service: they are escaped where they are drawn. */
export interface ListQuestion<Item> {
  readonly message: string;
  /** A row; the column that shrinks is what is left of it where there is room for one only. */
  readonly columns: readonly Column<Item>[];
  readonly idOf: (item: Item) => string;
  /** All there is, where that is known from the start; null loads it. */
  readonly items: readonly Item[] | null;
  /**
   * One page of what fits a text, counted from 0; an empty one, or one that brings nothing new, is the
   * last. The signal ends a request that nobody waits for any more.
   */
  readonly load: (text: string, page: number, signal: AbortSignal) => Promise<readonly Item[]>;
  /** Typing searches. */
  readonly hasSearch: boolean;
  /** Several can be taken, else exactly one. */
  readonly isMultiple: boolean;
  /** What is chosen at the start; with a single choice, where the pointer stands. */
  readonly chosen: readonly Item[];
  /** With several: Enter needs a choice, and takes the row under the pointer if there is none. */
  readonly isRequired: boolean;
  /** Esc goes one step back. */
  readonly canGoBack: boolean;
  /** Shown beneath the list. */
  readonly notes: readonly string[];
  readonly emptyText: string;
}

export interface TextQuestion {
  readonly message: string;
  /** What Enter alone answers; it may be edited. */
  readonly suggestion: string;
  /** What may be written, and what nothing means. */
  readonly explanation: string;
  /** What is wrong with an answer, or null. */
  readonly check: (answer: string) => string | null;
}

/**
 * Questions to a person, on standard error; each leaves nothing behind. All throw ExpectedError
 * INTERRUPTED on Ctrl-C and at the end of input, or the signal's own reason.
 */
export interface Prompts {
  /** What was chosen, in the order of choosing; null to go one step back. */
  chooseFrom<Item>(question: ListQuestion<Item>): Promise<readonly Item[] | null>;
  /** A line of text, trimmed; null to go one step back. */
  askText(question: TextQuestion): Promise<string | null>;
  /** Says what is waited for, until it is over. */
  during<Result>(text: string, work: Promise<Result>): Promise<Result>;
}
