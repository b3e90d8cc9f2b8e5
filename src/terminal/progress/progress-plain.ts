import type { Clock } from '../../clock.ts';
import { formatDuration } from '../text/format.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { ProgressEvent } from './progress-event.ts';
import { describeEvent, describeTransfer, isUnpacking, nameOf, shareDone } from './progress-words.ts';

const STEP_SHARE = 0.1;
const STEP_MS = 30_000;
const FIRST_HEARTBEAT_MS = 30_000;
const HEARTBEAT_MS = 60_000;

/** An archive is transferred, verified and unpacked, each from nothing to all. */
type Phase = ProgressEvent['event'] | 'unpack';

/** What was last said about one id. */
interface Told {
  status: string | null | undefined;
  readonly sinceMs: number;
  nextHeartbeatMs: number;
  /** Of the phase that is under way. */
  phase: Phase;
  share: number;
  saidMs: number;
}

/**
 * Progress for a log: a line for each new state and each retry, one per 10 % or 30 s of a transfer,
 * whichever is later, and while waiting a sign of life after 30 s and then every 60 s. Gives the line
 * to print for an event, without its end, or undefined when there is nothing new to say.
 */
export function createPlainProgress(
  clock: Clock,
  glyphs: Glyphs,
): (event: ProgressEvent) => string | undefined {
  const toldById = new Map<string | null, Told>();

  return (event) => {
    const nowMs = clock.monotonicMs();
    const told = toldById.get(event.id) ?? newlyTold(nowMs, event);
    const isNew = !toldById.has(event.id);
    toldById.set(event.id, told);
    switch (event.event) {
      case 'state':
        if (!isNew && told.status === event.status && !event.message) return undefined;
        told.status = event.status;
        return about(event, describeEvent(event));
      case 'wait':
        if (nowMs < told.nextHeartbeatMs) return undefined;
        told.nextHeartbeatMs = nowMs + HEARTBEAT_MS;
        return about(event, `still ${describeEvent(event)} (${formatDuration(nowMs - told.sinceMs)})`);
      case 'progress':
      case 'verify':
        return step(told, event, nowMs) ? about(event, describeStep(event)) : undefined;
      case 'retry':
        return about(event, describeEvent(event));
      case 'done':
        toldById.delete(event.id);
        break;
    }
    return formatDone(event, glyphs);
  };
}

/** The line that stays when something is done. */
export function formatDone(event: ProgressEvent, glyphs: Glyphs): string {
  const text = event.message ? describeEvent(event) : (nameOf(event) ?? describeEvent(event));
  return `${glyphs.check} ${text}`;
}

function newlyTold(nowMs: number, event: ProgressEvent): Told {
  return {
    status: undefined,
    sinceMs: nowMs,
    nextHeartbeatMs: nowMs + FIRST_HEARTBEAT_MS,
    phase: phaseOf(event),
    share: shareDone(event) ?? 0,
    saidMs: nowMs,
  };
}

function phaseOf(event: ProgressEvent): Phase {
  return isUnpacking(event) ? 'unpack' : event.event;
}

/** Whether enough has happened since the last line; the first event of a phase only starts the count. */
function step(told: Told, event: ProgressEvent, nowMs: number): boolean {
  const share = shareDone(event);
  const phase = phaseOf(event);
  if (told.phase !== phase) {
    told.phase = phase;
    told.share = share ?? 0;
    told.saidMs = nowMs;
    return false;
  }
  if (nowMs - told.saidMs < STEP_MS) return false;
  if (share !== undefined && share - told.share < STEP_SHARE) return false;
  told.share = share ?? 0;
  told.saidMs = nowMs;
  return true;
}

function describeStep(event: ProgressEvent): string {
  const { percent, amount, files, rate, left } = describeTransfer(event);
  const details = [amount, files, rate, left].filter((part) => part !== undefined).join(', ');
  const what =
    event.event === 'verify'
      ? describeEvent(event)
      : isUnpacking(event)
        ? [describeEvent(event), percent].filter(Boolean).join(' ')
        : percent;
  if (what === undefined) return details || describeEvent(event);
  return details ? `${what} (${details})` : what;
}

function about(event: ProgressEvent, text: string): string {
  const name = nameOf(event);
  return name === undefined ? text : `${name}: ${text}`;
}
