import { setMaxListeners } from 'node:events';
import { ExpectedError } from './errors.ts';
import type { SignalName, World } from './world.ts';

const EXIT_CODE: Readonly<Record<SignalName, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
/** A second SIGINT within this time is the same Ctrl-C: the process group receives it, and npx sends it again. */
const SAME_KEY_MS = 500;
const PARENT_CHECK_MS = 400;

type WatchedWorld = Pick<
  World,
  'env' | 'clock' | 'onSignal' | 'parentPid' | 'isProcessAlive' | 'hasTerminal' | 'exitNow'
>;

/**
 * Turns signals into an aborted AbortSignal whose reason is the INTERRUPTED error. The first signal stops the command
 * in order, and a second one ends the process immediately. Under npx, the exit of the parent process counts as SIGTERM,
 * because npm does not forward all signals (npm/cli#7693).
 */
export function watchForInterruption(world: WatchedWorld): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  // Every request adds a listener. From the eleventh on, Node would print a warning about a leak.
  setMaxListeners(0, controller.signal);
  let firstMs: number | null = null;
  const interrupt = (name: SignalName) => {
    const nowMs = world.clock.monotonicMs();
    if (firstMs === null) {
      firstMs = nowMs;
      controller.abort(
        new ExpectedError('INTERRUPTED', name === 'SIGINT' ? 'Interrupted.' : `Interrupted by ${name}.`, {
          exitCode: EXIT_CODE[name],
        }),
      );
    } else if (nowMs - firstMs >= SAME_KEY_MS) {
      world.exitNow(EXIT_CODE[name]);
    }
  };
  const names: readonly SignalName[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const stops = names.map((name) =>
    world.onSignal(name, () => {
      // Without a terminal, nohup ignores it, which Node resets when it starts.
      if (name !== 'SIGHUP' || world.hasTerminal()) interrupt(name);
    }),
  );
  stops.push(watchParent(world, () => interrupt('SIGTERM')));
  return {
    signal: controller.signal,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

function watchParent(world: WatchedWorld, onDeath: () => void): () => void {
  if (world.env.npm_command !== 'exec') return () => undefined;
  const parent = world.parentPid();
  let cancel: () => void = () => undefined;
  const check = () => {
    // On Windows, an orphaned process keeps the ID of its dead parent.
    if (world.parentPid() !== parent || !world.isProcessAlive(parent)) onDeath();
    else cancel = world.clock.after(PARENT_CHECK_MS, check);
  };
  check();
  return () => cancel();
}
