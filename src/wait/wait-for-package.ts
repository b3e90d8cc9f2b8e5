import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { type ExpectedError, isExpectedError } from '../errors.ts';
import type { WaitFlags } from '../flags/wait-flags.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { type WaitEvent, waitUntilReady } from './wait-until-ready.ts';

/**
 * Waits for a package and tells about it. Before the wait and when it ends early, it is said that
 * the service goes on preparing and with which command to come back.
 * @param next the command that continues, as words
 * @param onLook is given the package whenever its status has changed
 */
export async function waitForPackage(
  id: string,
  {
    wait,
    isJustCreated,
    next,
    onLook,
  }: {
    wait: WaitFlags;
    isJustCreated: boolean;
    next: readonly string[];
    onLook?: (item: Package) => void;
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
    io.info(`Waiting for package ${id}; it goes on being prepared if you stop here. To come back:`);
    io.info(`  ${command}`);
  };
  const onEvent = (event: WaitEvent) => {
    switch (event.kind) {
      case 'state':
        onLook?.(event.item);
        if (event.item.state !== 'ready') announce();
        io.progress({ event: 'state', id, status: event.item.status, ...label(event.item) });
        break;
      case 'still':
        announce();
        io.progress({ event: 'wait', id, status: event.item?.status ?? null, ...label(event.item) });
        break;
      case 'unknown-status':
        io.warn(`the service calls package ${id} “${event.status}”, which is unknown here; waiting on`);
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
      throw comeBack(error, id, command);
    throw error;
  }
}

function comeBack(error: ExpectedError, id: string, command: string): ExpectedError {
  return error.with({
    id,
    hint: 'the package goes on being prepared; come back with the command below',
    next: [command],
  });
}

function label(item: Package | null): { label?: string } {
  return item?.title == null ? {} : { label: item.title };
}
