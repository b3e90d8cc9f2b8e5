import type { Prompts } from './prompts/prompts.ts';

/** What commands may say to the outside, and how progress is told. No ANSI codes cross this seam. */

export type OutputFormat = 'table' | 'json' | 'ndjson' | 'csv' | 'tsv' | 'id';

/** One column of a listing. `text` gives the machine form, `display` (if any) the form for people. */
export interface Column<Item> {
  readonly key: string;
  readonly heading: string;
  text(item: Item): string;
  display?(item: Item): string;
  readonly align?: 'left' | 'right';
  /** Gives way first when the terminal is too narrow; ids never do. */
  readonly shrinks?: boolean;
  /** Left out of a table that would not fit otherwise. */
  readonly isOptional?: boolean;
}

export interface Listing<Item> {
  readonly items: readonly Item[];
  readonly columns: readonly Column<Item>[];
  /** The `--json` document. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The JSON form of one item, for `ndjson` and `--fields`. */
  itemDocument(item: Item): Readonly<Record<string, unknown>>;
  /** Said to people on standard error when there is nothing to list. */
  readonly emptyText: string;
}

/**
 * What the bar and the plain lines are drawn from, and what a line of `--progress json` says, whose
 * keys are fixed: `label`, `connections`, `files` and `totalFiles` are for people only.
 */
export interface ProgressEvent {
  readonly event: 'state' | 'wait' | 'progress' | 'retry' | 'verify' | 'done';
  readonly id: string | null;
  /** What the person calls it: a title or a file name. */
  readonly label?: string;
  readonly status?: string | null;
  readonly bytes?: number | null;
  readonly totalBytes?: number | null;
  readonly bytesPerSecond?: number | null;
  readonly etaSeconds?: number | null;
  /** How many the bytes come over now. */
  readonly connections?: number | null;
  /** While an archive is unpacked: how many of its files are, and of how many. */
  readonly files?: number | undefined;
  readonly totalFiles?: number | undefined;
  readonly attempt?: number | null;
  readonly message?: string | null;
}

/** A question whose answer is a word or a choice. `check` says what is wrong with an answer, or null. */
export type Question =
  | { readonly kind: 'text'; readonly message: string; check(answer: string): string | null }
  /** Never shown while it is typed or pasted, nor afterwards. */
  | { readonly kind: 'secret'; readonly message: string; check(answer: string): string | null }
  | {
      readonly kind: 'choice';
      readonly message: string;
      readonly choices: readonly { readonly value: string; readonly label: string }[];
    };

export interface Terminal {
  /** Width of standard error in columns, for text that wraps. */
  readonly columns: number;
  /** The chosen output format; commands look at it only to avoid work. */
  readonly format: OutputFormat;
  readonly isQuiet: boolean;
  /** 0, 1 (`-v`) or 2 (`-vv`). */
  readonly verbosity: number;
  /** Whether a person can be asked: stdin and stderr are terminals, no `--no-input`, no CI. */
  readonly canPrompt: boolean;
  /** Whether standard output is a terminal. */
  readonly isOutputTerminal: boolean;

  /** One line of result on standard output; control characters are made visible. */
  line(text: string): void;
  /**
   * A listing on standard output in the chosen format.
   * @throws ExpectedError USAGE when `--fields` names a field that the items do not have.
   */
  listing<Item>(listing: Listing<Item>): void;
  /** One JSON document on standard output. */
  json(document: unknown): void;
  /**
   * Raw bytes on standard output (`-o -`); resolves when they were taken.
   * @throws ExpectedError DISK when the reader left or there is no space.
   */
  bytes(chunk: Uint8Array): Promise<void>;

  /** For people, on standard error; silent with `--quiet`. */
  info(text: string): void;
  /** The same after `warning: `. */
  warn(text: string): void;
  /** The same after `hint: `. */
  hint(text: string): void;
  /** With `-v` (level 1) or `-vv` (level 2), on standard error. */
  verbose(level: 1 | 2, text: string): void;
  /** An error line on standard error, after `error: `; never silenced. */
  error(text: string): void;
  /** One `::error` line on standard error where GitHub Actions reads along, nothing elsewhere. */
  annotateError(title: string, message: string): void;

  /** Draws, prints or ignores an event, as `--progress` says. */
  progress(event: ProgressEvent): void;
  /** Ends the drawing; the terminal is as it was. */
  endProgress(): void;

  /**
   * Asks a yes/no question on standard error.
   * @throws ExpectedError USAGE when nobody can be asked, INTERRUPTED on Ctrl-C.
   */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;

  /**
   * Asks questions with more answers than yes and no, on standard error and on a screen of their own;
   * whatever is to be said meanwhile is said afterwards.
   * @throws ExpectedError USAGE when nobody can be asked.
   */
  withPrompts<Result>(signal: AbortSignal, work: (prompts: Prompts) => Promise<Result>): Promise<Result>;

  /**
   * Asks on standard error and gives back the trimmed answer, or the value of the choice.
   * @throws ExpectedError USAGE when nobody can be asked, INTERRUPTED on Ctrl-C.
   */
  ask(question: Question, signal: AbortSignal): Promise<string>;

  /**
   * Resolves when all that was written has left the process, and when the reader of standard output left.
   * @throws ExpectedError DISK when standard output could not be written for another reason.
   */
  flush(): Promise<void>;
}
