import type { Listing, OutputFormat } from './listing/listing.ts';
import type { ProgressEvent } from './progress/progress-event.ts';
import type { Prompts } from './prompts/prompts.ts';
import type { Question } from './prompts/question.ts';

/** What commands may say to the outside, and how progress is told. No ANSI codes cross this seam. */

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
  /** A line on standard error that `--quiet` keeps. */
  notice(text: string): void;
  /** The same after `error: `. */
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
