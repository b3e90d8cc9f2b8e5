import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isSystemError, reasonOf } from '../disk/disk-error.ts';
import { NON_BLOCKING } from '../disk/open-flags.ts';
import { isObject } from '../parse/json.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { World } from '../world.ts';
import { formatResultsTable, type ResultsTableOptions } from './results-table.ts';

/** GitHub rejects a larger summary entirely. */
const MAX_SUMMARY_BYTES = 1_048_576;

/** Opening a pipe without a reader fails immediately. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NON_BLOCKING;

/** The summary of a step in GitHub Actions. */
export interface StepSummary {
  /** Appends a table of the results. If the summary cannot be written, it warns. */
  append(document: unknown, failure: ResultsTableOptions['failure']): Promise<void>;
}

/** Outside of GitHub Actions, warns and returns null: the work itself does not need a summary. */
export function openStepSummary(
  command: string,
  { env }: Pick<World, 'env'>,
  { io, redact }: { io: Pick<Terminal, 'warn'>; redact: (text: string) => string },
): StepSummary | null {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (file === undefined || file === '') {
    io.warn('--summary: GITHUB_STEP_SUMMARY is not set, so no summary is written');
    return null;
  }
  return {
    async append(document, failure) {
      try {
        const text = (maxBytes: number) =>
          formatResultsTable({
            command,
            document: isObject(document) ? document : null,
            failure,
            baseFolder: env['GITHUB_WORKSPACE'],
            redact,
            maxBytes,
          });
        const reason = await appendWithin(file, text);
        if (reason !== null) io.warn(`--summary: cannot write to ${file}: ${reason}`);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        io.warn(`--summary: cannot write to ${file}: ${reasonOf(error)}`);
      }
    },
  };
}

/** Appends what still fits in the summary. @returns why nothing was written, or null */
async function appendWithin(
  path: string,
  format: (maxBytes: number) => string | null,
): Promise<string | null> {
  const handle = await open(path, APPEND);
  try {
    const status = await handle.stat();
    if (!status.isFile()) return 'it is not a regular file';
    // A table needs a blank line before it.
    const separator = status.size === 0 ? '' : '\n\n';
    const text = format(MAX_SUMMARY_BYTES - status.size - separator.length);
    if (text === null) return 'it is full';
    await handle.writeFile(separator + text);
    return null;
  } finally {
    await handle.close();
  }
}
