import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { ExpectedError, isExpectedError } from '../../errors.ts';
import type { InputStream } from '../../world.ts';

/** How long Node waits for the rest of an escape sequence. Its default of 500 ms makes Esc feel broken. */
const ESCAPE_TIMEOUT_MS = 50;

interface LeaveOptions {
  readonly stdin: InputStream;
  readonly signal: AbortSignal;
  /** Esc ends the question with null. */
  readonly canGoBack: boolean;
}

/**
 * Asks with a prompt of the library, which supports neither Esc nor the end of input.
 * @throws ExpectedError INTERRUPTED on Ctrl-C, Ctrl-D and at the end of input, or the signal's own reason
 */
export async function responseOrCancel<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
  { stdin, signal, canGoBack }: LeaveOptions,
): Promise<Answer | null> {
  const leave = new AbortController();
  let isBack = false;
  const onGone = () => leave.abort();
  const onKey = (
    _: string | undefined,
    key: { readonly name?: string; readonly ctrl?: boolean } | undefined,
  ) => {
    isBack ||= canGoBack && key?.name === 'escape';
    // Ctrl-D closes readline, and the prompt would wait forever.
    if (isBack || (key?.ctrl === true && key.name === 'd')) leave.abort();
  };
  decodeKeys(stdin);
  stdin.on('keypress', onKey).on('close', onGone);
  try {
    return await ask(AbortSignal.any([signal, leave.signal]));
  } catch (error) {
    if (isBack && !signal.aborted) return null;
    throw asInterruption(error, signal);
  } finally {
    stdin.off('keypress', onKey).off('close', onGone);
  }
}

/** The first interface that reads keys from a stream sets the Esc timeout for all later ones. */
function decodeKeys(stdin: InputStream): void {
  createInterface({
    input: stdin,
    output: new PassThrough(),
    terminal: true,
    escapeCodeTimeout: ESCAPE_TIMEOUT_MS,
  }).close();
}

/** What a prompt threw; leaving a question is an interruption. */
export function asInterruption(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted && isExpectedError(signal.reason)) return signal.reason;
  const isLeft =
    error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError');
  return isLeft ? canceled(error) : error;
}

export function canceled(cause?: unknown): ExpectedError {
  return new ExpectedError('INTERRUPTED', 'Canceled.', { cause });
}
