import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, onTestFinished } from 'vitest';
import { takeWarnings } from './node-warnings.ts';
import { takenConnections } from './taken-connections.ts';

/** Sockets and children end a moment after they were told to; on a loaded machine, a long one. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 2;

/**
 * What is open in this process: descriptors of files, pipes, and sockets, by number, handles of the event loop that
 * have none of their own, by kind, and connections that were not given back to their budget. Descriptors are left out
 * where the system has no /proc.
 */
export function openResources(): readonly string[] {
  const connections = Array.from(
    { length: takenConnections() },
    (_, index) => `connection slot ${index + 1}`,
  );
  return [...openDescriptors(), ...activeHandles(), ...connections];
}

function openDescriptors(): readonly string[] {
  return namesIn('/proc/self/fd').flatMap((number) => {
    const target = targetOf(`/proc/self/fd/${number}`);
    // Node's own: epoll, event counters, and the like, made when they are needed first.
    return target === null || target.startsWith('anon_inode:') ? [] : [`descriptor ${number}: ${target}`];
  });
}

/** Numbered, so that a second listener is another resource than the first. */
function activeHandles(): readonly string[] {
  const counts = new Map<string, number>();
  return process.getActiveResourcesInfo().flatMap((kind) => {
    if (!COUNTED_KINDS.has(kind)) return [];
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return [`${kind} ${counts.get(kind)}`];
  });
}

const COUNTED_KINDS = new Set([
  'TCPServerWrap',
  'TCPSocketWrap',
  'PipeWrap',
  'ProcessWrap',
  'SignalWrap',
  'TTYWrap',
]);

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Null where it was closed meanwhile, as the descriptor of the listing itself. */
function targetOf(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

/** What is open now and was not before, once all that is about to close has closed. */
export async function leftOverSince(
  before: ReadonlySet<string>,
  patienceMs = PATIENCE_MS,
): Promise<readonly string[]> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const left = openResources().filter((resource) => !before.has(resource));
    if (left.length === 0 || performance.now() >= untilMs) return left;
    await delay(LOOK_EVERY_MS);
  }
}

beforeEach(() => {
  const before = new Set(openResources());
  // The first to be registered and so the last to be called: what the test cleans up by itself is gone by then.
  onTestFinished(async () => {
    const left = await leftOverSince(before);
    const warned = takeWarnings();
    if (left.length > 0) throw new Error(`left open: ${left.join(', ')}`);
    if (warned.length > 0) throw new AggregateError(warned, `Node warned: ${warned.join(', ')}`);
  });
});
