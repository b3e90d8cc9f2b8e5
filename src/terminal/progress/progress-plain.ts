import type { Clock } from '../../clock.ts';
import { formatDuration } from '../text/format.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { ProgressEvent } from './progress-event.ts';
import { describeEvent, describeTransfer, isUnpacking, nameOf, shareDone } from './progress-words.ts';

const STEP_SHARE = 0.1;
const STEP_MS = 30_000;
const FIRST_HEARTBEAT_MS = 30_000;
const HEARTBEAT_MS = 60_000;

/** An archive is transferred, verified, and unpacked; each phase starts at 0 %. */
type Phase = ProgressEvent['event'] | 'unpack';

/** What was last printed about one ID. */
interface Printed {
  status: string | null | undefined;
  readonly sinceMs: number;
  nextHeartbeatMs: number;
  /** The current phase. */
  phase: Phase;
  share: number;
  printedMs: number;
}

/**
 * Progress for a log: a line for each new state and each retry, and one per 10 % or 30 s of a transfer,
 * whichever is later. While waiting, a line follows after 30 s and then every 60 s. Returns the line for an
 * event, without its end, or undefined if there is nothing new.
 */
export function createPlainProgress(
  clock: Clock,
  glyphs: Glyphs,
): (event: ProgressEvent) => string | undefined {
  const printedById = new Map<string | null, Printed>();

  return (event) => {
    const nowMs = clock.monotonicMs();
    const printed = printedById.get(event.id) ?? newlyPrinted(nowMs, event);
    const isNew = !printedById.has(event.id);
    printedById.set(event.id, printed);
    switch (event.event) {
      case 'state':
        if (!isNew && printed.status === event.status && !event.message) return undefined;
        printed.status = event.status;
        return about(event, describeEvent(event));
      case 'wait':
        if (nowMs < printed.nextHeartbeatMs) return undefined;
        printed.nextHeartbeatMs = nowMs + HEARTBEAT_MS;
        return about(event, `still ${describeEvent(event)} (${formatDuration(nowMs - printed.sinceMs)})`);
      case 'progress':
      case 'verify':
        return step(printed, event, nowMs) ? about(event, describeStep(event)) : undefined;
      case 'retry':
        return about(event, describeEvent(event));
      case 'done':
        printedById.delete(event.id);
        break;
    }
    return formatDone(event, glyphs);
  };
}

/** The line that remains when an item is done. */
export function formatDone(event: ProgressEvent, glyphs: Glyphs): string {
  const text = event.message ? describeEvent(event) : (nameOf(event) ?? describeEvent(event));
  return `${glyphs.check} ${text}`;
}

function newlyPrinted(nowMs: number, event: ProgressEvent): Printed {
  return {
    status: undefined,
    sinceMs: nowMs,
    nextHeartbeatMs: nowMs + FIRST_HEARTBEAT_MS,
    phase: phaseOf(event),
    share: shareDone(event) ?? 0,
    printedMs: nowMs,
  };
}

function phaseOf(event: ProgressEvent): Phase {
  return isUnpacking(event) ? 'unpack' : event.event;
}

/** Whether the next line is due; the first event of a phase only starts the count. */
function step(printed: Printed, event: ProgressEvent, nowMs: number): boolean {
  const share = shareDone(event);
  const phase = phaseOf(event);
  if (printed.phase !== phase) {
    printed.phase = phase;
    printed.share = share ?? 0;
    printed.printedMs = nowMs;
    return false;
  }
  if (nowMs - printed.printedMs < STEP_MS) return false;
  if (share !== undefined && share - printed.share < STEP_SHARE) return false;
  printed.share = share ?? 0;
  printed.printedMs = nowMs;
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
