import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { type ExpectedError, isExpectedError } from '../errors.ts';
import type { WaitFlags } from '../flags/wait-flags.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { type WaitEvent, waitUntilReady } from './wait-until-ready.ts';

/**
 * Waits for a package and reports progress. Before the wait, and when it ends early, prints the command that
 * continues it.
 * @param next the command that continues, as words
 * @param onChange receives the package whenever its status has changed
 */
export async function waitForPackage(
  id: string,
  {
    wait,
    isJustCreated,
    next,
    onChange,
  }: {
    wait: WaitFlags;
    isJustCreated: boolean;
    next: readonly string[];
    onChange?: (item: Package) => void;
  },
  {
    api,
    io,
    clock,
    random,
    signal,
    world,
  }: Pick<Context, 'api' | 'io' | 'clock' | 'random' | 'signal' | 'world'>,
): Promise<Package> {
  const command = commandLine(next, world.platform);
  let isAnnounced = false;
  const announce = () => {
    if (isAnnounced || wait.timeoutMs === 0) return;
    isAnnounced = true;
    io.info(`Waiting for ${id} (safe to interrupt). To resume:`);
    io.info(`  ${command}`);
  };
  const onEvent = (event: WaitEvent) => {
    switch (event.kind) {
      case 'state':
        onChange?.(event.item);
        if (event.item.state !== 'ready') announce();
        io.progress({ event: 'state', id, status: event.item.status, ...label(event.item) });
        break;
      case 'still':
        announce();
        io.progress({ event: 'wait', id, status: event.item?.status ?? null, ...label(event.item) });
        break;
      case 'unknown-status':
        io.warn(`package ${id} has the unknown status “${event.status}”; still waiting`);
        break;
      case 'failed-poll':
        io.progress({ event: 'retry', id, attempt: event.attempt, message: event.error.message });
        break;
    }
  };
  try {
    return await waitUntilReady(id, { ...wait, isJustCreated }, { api, clock, random, signal, onEvent });
  } catch (error) {
    if (isExpectedError(error, 'NOT_READY') || isExpectedError(error, 'INTERRUPTED'))
      throw withResumeCommand(error, id, command);
    throw error;
  }
}

function withResumeCommand(error: ExpectedError, id: string, command: string): ExpectedError {
  return error.with({
    id,
    hint: 'the service still prepares the package; to resume:',
    next: [command],
  });
}

function label(item: Package | null): { label?: string } {
  return item?.title == null ? {} : { label: item.title };
}
