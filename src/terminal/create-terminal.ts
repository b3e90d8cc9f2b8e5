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
  /** Keys from `--fields`; undefined shows what the listing has. */
  readonly fields: readonly string[] | undefined;
  readonly quiet: boolean;
  readonly verbosity: number;
  readonly progressMode: ProgressMode;
  readonly colorMode: ColorMode;
  readonly noInput: boolean;
  /** Takes known secrets out of a text; without it nothing is secret. */
  readonly redact?: (text: string) => string;
}

/** The terminal over three given streams. Nothing but this object should write to them. */
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
  // Standard input is looked at only when somebody may be asked: making it takes Node a while.
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
    style: createStyle(wantsColor(colorMode, stdout, env)),
    glyphs,
    columns: () => columnsOf(stdout, env),
    guard,
    onEmpty: (text) => info(text),
  });

  let held: string[] | undefined;

  /** One line on standard error, escaped already but for our own colours. */
  function print(line: string): void {
    if (held === undefined) void messages.write(`${guard(line)}\n`);
    else held.push(line);
  }

  /** What others have to say meanwhile would be drawn into the question: lines wait, progress is left out. */
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
      if (held === undefined) progress.report(withoutSecrets(event, redact));
    },
    endProgress: () => progress.end(),
    async confirm(question, signal) {
      if (!canPrompt()) {
        throw new ExpectedError('USAGE', `nobody is here to answer: ${question}`, {
          hint: 'this needs a person at a terminal, or --yes',
        });
      }
      progress.end();
      const { askYesNo } = await import('./prompts/confirm.ts');
      return askYesNo(question, { stdin: options.stdin, stderr, signal, style, glyphs, isPlain });
    },
    async withPrompts(signal, work) {
      if (!canPrompt()) {
        throw new ExpectedError('USAGE', 'nobody is here to answer a question', {
          hint: 'say everything with flags; --help lists them',
        });
      }
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
        isPlain,
      };
      return await alone(() => withPrompts(prompting, work));
    },
    async ask(question, signal) {
      if (!canPrompt()) throw new ExpectedError('USAGE', `nobody is here to answer: ${question.message}`);
      progress.end();
      const { askQuestion } = await import('./prompts/ask-question.ts');
      return askQuestion(question, { stdin: options.stdin, stderr, signal, style, glyphs, isPlain });
    },
    async flush() {
      await Promise.all([results.settled(), progress.settled(), messages.settled()]);
    },
  };
}

/** The event without secrets in what people gave names to: the bar is drawn past the sink. */
function withoutSecrets(event: ProgressEvent, redact: (text: string) => string): ProgressEvent {
  const { label, message, status } = event;
  return {
    ...event,
    ...(label === undefined ? {} : { label: redact(label) }),
    ...(typeof message === 'string' ? { message: redact(message) } : {}),
    ...(typeof status === 'string' ? { status: redact(status) } : {}),
  };
}
