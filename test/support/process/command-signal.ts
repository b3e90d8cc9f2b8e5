import { watchForInterruption } from '../../../src/interruption.ts';
import { createFastClock } from '../fast-clock.ts';

/** The signal that a command is given, which nobody interrupts. */
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
