import type { Listing, OutputFormat } from './listing/listing.ts';
import type { ProgressEvent } from './progress/progress-event.ts';
import type { Prompts } from './prompts/prompts.ts';
import type { Question } from './prompts/question.ts';

/** The output of commands: results, messages, progress, and prompts. No ANSI codes pass through it. */

export interface Terminal {
  /** Width of standard error in columns, for text that wraps. */
  readonly columns: number;
  /** The output format; commands use it only to avoid work. */
  readonly format: OutputFormat;
  readonly isQuiet: boolean;
  /** 0, 1 (`-v`) or 2 (`-vv`). */
  readonly verbosity: number;
  /** Whether prompts are possible: stdin and stderr are terminals, no `--no-input`, no CI. */
  readonly canPrompt: boolean;
  /** Whether standard output is a terminal. */
  readonly isOutputTerminal: boolean;

  /** One line of results on standard output; control characters become visible. */
  line(text: string): void;
  /** Prints many lines in one write. */
  lines(texts: readonly string[]): void;
  /**
   * A listing on standard output in the selected format.
   * @throws ExpectedError USAGE if `--fields` contains an unknown field.
   */
  listing<Item>(listing: Listing<Item>): void;
  /** One JSON document on standard output. */
  json(document: unknown): void;
  /**
   * Raw bytes on standard output (`-o -`); resolves when they were written.
   * @throws ExpectedError DISK if the reader has closed the pipe or the disk is full.
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
  /** One `::error` line on standard error in GitHub Actions, nothing elsewhere. */
  annotateError(title: string, message: string): void;

  /** Draws, prints, or ignores an event, depending on `--progress`. */
  progress(event: ProgressEvent): void;
  /** Stops drawing and restores the terminal. */
  endProgress(): void;

  /**
   * Asks a yes/no question on standard error.
   * @throws ExpectedError USAGE if prompts are impossible, INTERRUPTED on Ctrl-C.
   */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;

  /**
   * Asks questions on the alternate screen of standard error. Other messages are printed afterwards.
   * @throws ExpectedError USAGE if prompts are impossible.
   */
  withPrompts<Result>(signal: AbortSignal, work: (prompts: Prompts) => Promise<Result>): Promise<Result>;

  /**
   * Asks on standard error and returns the trimmed response, or the value of the choice.
   * @throws ExpectedError USAGE if prompts are impossible, INTERRUPTED on Ctrl-C.
   */
  ask(question: Question, signal: AbortSignal): Promise<string>;

  /**
   * Resolves when everything is written, or the reader of standard output has closed the pipe.
   * @throws ExpectedError DISK if standard output could not be written for another reason.
   */
  flush(): Promise<void>;
}
