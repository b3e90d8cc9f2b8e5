import { ExpectedError } from '../errors.ts';
import type { World } from '../world.ts';
import { columnsOf, keepWidthUsable } from './columns.ts';
import type { OutputFormat } from './listing/listing.ts';
import { createProgress } from './progress/progress.ts';
import type { ProgressEvent } from './progress/progress-event.ts';
import { chooseProgressMode, isAutomated, type ProgressMode } from './progress/progress-mode.ts';
import { createResults } from './results.ts';
import { createSink } from './sink.ts';
import type { Terminal } from './terminal.ts';
import { escapeText } from './text/escape.ts';
import { chooseGlyphs } from './text/glyphs.ts';
import { shortenMessage } from './text/shorten-message.ts';
import { type ColorMode, createStyle, wantsColor } from './text/style.ts';
import { formatWorkflowError, guardWorkflowCommand } from './workflow-command.ts';

export interface TerminalOptions
  extends Pick<World, 'stdin' | 'stdout' | 'stderr' | 'env' | 'platform' | 'clock'> {
  readonly format: OutputFormat;
  /** Keys from `--fields`; undefined shows the columns of the listing. */
  readonly fields: readonly string[] | undefined;
  /** Tables contain the full IDs. */
  readonly fullIds: boolean;
  readonly quiet: boolean;
  readonly verbosity: number;
  readonly progressMode: ProgressMode;
  readonly colorMode: ColorMode;
  readonly noInput: boolean;
  /** Removes known secrets from a text; without it nothing is secret. */
  readonly redact?: (text: string) => string;
}

/** The terminal on three streams. Only this object writes to them. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, env, clock, quiet, verbosity, colorMode } = options;
  const { redact = (text: string) => text } = options;
  keepWidthUsable(stdout);
  keepWidthUsable(stderr);
  const isWatchedByActions = Boolean(env['GITHUB_ACTIONS']) && env['GITHUB_ACTIONS'] !== 'false';
  const guard = (line: string) => {
    const redacted = redact(line);
    return isWatchedByActions ? guardWorkflowCommand(redacted) : redacted;
  };
  const glyphs = chooseGlyphs(env, options.platform);
  const style = createStyle(wantsColor(colorMode, stderr, env));
  const messages = createSink(stderr);
  const isPlain = env['TERM'] === 'dumb' || Boolean(env['ACCESSIBLE']);
  const mayPrompt = stderr.isTTY === true && !options.noInput && !isAutomated(env);
  // Creating standard input takes Node a while, so it is checked only before a prompt.
  const canPrompt = () => mayPrompt && options.stdin.isTTY === true;

  const progress = createProgress({
    mode: chooseProgressMode(options.progressMode, { stderr, env, quiet }),
    stderr,
    clock,
    glyphs,
    style,
    columns: () => columnsOf(stderr, env),
    print: (line) => print(line),
  });
  const results = createResults({
    stdout,
    format: options.format,
    fields: options.fields,
    fullIds: options.fullIds,
    style: createStyle(wantsColor(colorMode, stdout, env)),
    glyphs,
    columns: () => columnsOf(stdout, env),
    guard,
    onEmpty: (text) => info(text),
  });

  /** Lines to print after the current prompts. */
  let held: string[] | undefined;
  const retryListeners = new Set<(reason: string) => void>();

  /** Prints one line on standard error, after the results so far; everything but our own colors is already escaped. */
  function print(line: string): void {
    if (held === undefined) results.inOrder(() => void messages.write(`${guard(line)}\n`));
    else held.push(line);
  }

  /** Keeps other output out of the prompts: lines wait, progress is dropped. */
  async function alone<Result>(ask: () => Promise<Result>): Promise<Result> {
    const waiting: string[] = [];
    held = waiting;
    try {
      return await ask();
    } finally {
      held = undefined;
      waiting.forEach(print);
    }
  }

  /** @throws ExpectedError USAGE without a person at the terminal */
  function requirePerson(hint: string): void {
    if (canPrompt()) return;
    const reason = options.noInput
      ? '--no-input is set'
      : isAutomated(env)
        ? 'CI or AI_AGENT is set'
        : 'not a terminal';
    throw new ExpectedError('USAGE', `cannot prompt: ${reason}`, { hint });
  }

  function info(text: string): void {
    if (!quiet) print(escapeText(text));
  }

  return {
    get columns() {
      return columnsOf(stderr, env);
    },
    format: options.format,
    isQuiet: quiet,
    verbosity,
    get canPrompt() {
      return canPrompt();
    },
    isOutputTerminal: stdout.isTTY === true,
    line: (text) => results.line(text),
    lines: (texts) => results.lines(texts),
    listing: (listing) => results.listing(listing),
    json: (document) => results.json(document),
    bytes: (chunk) => results.bytes(chunk),
    info,
    warn(text) {
      if (!quiet) print(`${style.yellow('warning:')} ${escapeText(text)}`);
    },
    hint(text) {
      if (!quiet) print(`${style.cyan('hint:')} ${escapeText(text)}`);
    },
    verbose(level, text) {
      if (!quiet && verbosity >= level) print(style.dim(escapeText(text)));
    },
    notice: (text) => print(escapeText(shortenMessage(text))),
    error: (text) => print(`${style.red('error:')} ${escapeText(shortenMessage(text))}`),
    annotateError(title, message) {
      if (!isWatchedByActions) return;
      const escapedLines = redact(shortenMessage(message)).split('\n').map(escapeText).join('\n');
      void messages.write(`${formatWorkflowError(escapeText(title), escapedLines)}\n`);
    },
    progress(event) {
      const shown = withoutSecrets(event, redact);
      if (held === undefined) progress.report(shown);
      else if (shown.event === 'retry' && shown.message)
        for (const listener of retryListeners) listener(shown.message);
    },
    endProgress: () => progress.end(),
    async confirm(question, signal) {
      requirePerson('to continue without confirmation, use --yes');
      progress.end();
      const { askYesNo } = await import('./prompts/confirm.ts');
      const columns = columnsOf(stderr, env);
      return askYesNo(question, { stdin: options.stdin, stderr, signal, style, glyphs, columns, isPlain });
    },
    async withPrompts(signal, work) {
      requirePerson('use flags instead; --help lists them');
      progress.end();
      const { withPrompts } = await import('./prompts/with-prompts.ts');
      const width = () => columnsOf(stderr, env);
      const prompting = {
        stdin: options.stdin,
        stderr,
        signal,
        clock,
        style,
        glyphs,
        columns: width,
        onRetry(listener: (reason: string) => void) {
          retryListeners.add(listener);
          return () => void retryListeners.delete(listener);
        },
        isPlain,
      };
      return await alone(() => withPrompts(prompting, work));
    },
    async ask(question, signal) {
      requirePerson('use flags instead; --help lists them');
      progress.end();
      const { askQuestion } = await import('./prompts/ask-question.ts');
      return askQuestion(question, { stdin: options.stdin, stderr, signal, style, glyphs, isPlain });
    },
    async flush() {
      try {
        await results.settled();
      } finally {
        await Promise.all([progress.settled(), messages.settled()]);
      }
    },
  };
}

/** The event without secrets in its texts, because the bar does not use the sink. */
function withoutSecrets(event: ProgressEvent, redact: (text: string) => string): ProgressEvent {
  const { label, message, status } = event;
  return {
    ...event,
    ...(label === undefined ? {} : { label: redact(label) }),
    ...(typeof message === 'string' ? { message: redact(message) } : {}),
    ...(typeof status === 'string' ? { status: redact(status) } : {}),
  };
}
