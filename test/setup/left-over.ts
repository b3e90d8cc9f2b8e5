import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, onTestFinished } from 'vitest';
import { takeWarnings } from './node-warnings.ts';
import { takenConnections } from './taken-connections.ts';

/** Sockets and child processes end with a delay, which is long on a busy machine. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 2;

/**
 * Open resources of this process: file descriptors by number, event loop handles without a descriptor by kind, and
 * connections not returned to their budget. Descriptors are omitted on systems without /proc.
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
    // Node's own (epoll, event counters, and so on), created when first needed.
    return target === null || target.startsWith('anon_inode:') ? [] : [`descriptor ${number}: ${target}`];
  });
}

/** Numbered, so that a second listener is a different resource from the first. */
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

/** Null if it was closed in the meantime, like the descriptor of the listing itself. */
function targetOf(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

/** Returns resources that are open now and were not before, after waiting for pending closes. */
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
  // Registered first and therefore called last, after the test's own cleanup.
  onTestFinished(async () => {
    const left = await leftOverSince(before);
    const warned = takeWarnings();
    if (left.length > 0) throw new Error(`left open: ${left.join(', ')}`);
    if (warned.length > 0) throw new AggregateError(warned, `Node warned: ${warned.join(', ')}`);
  });
});
