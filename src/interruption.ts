import { setMaxListeners } from 'node:events';
import { ExpectedError } from './errors.ts';
import type { SignalName, World } from './world.ts';

const EXIT_CODE: Readonly<Record<SignalName, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
/** A second Ctrl-C sooner than this is the same one, sent to the whole process group and passed on by npx. */
const SAME_KEY_MS = 500;
const PARENT_LOOK_MS = 400;

type WatchedWorld = Pick<
  World,
  'env' | 'clock' | 'onSignal' | 'parentPid' | 'isProcessAlive' | 'hasTerminal' | 'exitNow'
>;

/**
 * Turns signals into an aborted AbortSignal whose reason is the INTERRUPTED error. The first asks to
 * stop in order, a second one ends the process at once. Started by npx, the death of the parent
 * counts as SIGTERM: npm does not pass all signals on (npm/cli#7693).
 */
export function watchForInterruption(world: WatchedWorld): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  // Every request listens to it; Node would suspect a leak from the eleventh on, and say so to the user.
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
      // Without a terminal it is nohup's to ignore, which Node undoes at its start.
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
  const look = () => {
    // On Windows nobody adopts a process: the number stays that of the dead parent.
    if (world.parentPid() !== parent || !world.isProcessAlive(parent)) onDeath();
    else cancel = world.clock.after(PARENT_LOOK_MS, look);
  };
  look();
  return () => cancel();
}
