import { watchForInterruption } from '../../../src/interruption.ts';
import { createFastClock } from '../fast-clock.ts';

/** A signal for commands that is never aborted. */
export function commandSignal(): AbortSignal {
  const world = {
    env: {},
    clock: createFastClock(),
    onSignal: () => () => undefined,
    parentPid: () => 1,
    isProcessAlive: () => true,
    hasTerminal: () => true,
    exitNow: () => undefined,
  };
  return watchForInterruption(world).signal;
}
