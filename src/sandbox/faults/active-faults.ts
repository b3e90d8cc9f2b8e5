import type { FaultName } from './fault-table.ts';
import type { SandboxFault } from './faults.ts';

/** The faults of one sandbox, and how often each has occurred. */
export interface ActiveFaults {
  /** The fault if it was requested, regardless of how often it has occurred. */
  find(name: FaultName): SandboxFault | undefined;
  /** The fault if it is due, which counts as one occurrence; each `key` (a file, a token) has its own count. */
  take(name: FaultName, key?: string): SandboxFault | undefined;
  /** The fault after it was checked more than `amount` times with this key. */
  takeAfter(name: FaultName, key?: string): SandboxFault | undefined;
}

export function createActiveFaults(faults: readonly SandboxFault[]): ActiveFaults {
  const byName = new Map(faults.map((fault) => [fault.name, fault]));
  const counts = new Map<string, number>();
  const count = (name: FaultName, key: string): number => {
    const countKey = `${name} ${key}`;
    const next = (counts.get(countKey) ?? 0) + 1;
    counts.set(countKey, next);
    return next;
  };
  return {
    find: (name) => byName.get(name),
    take(name, key = '') {
      const fault = byName.get(name);
      return fault !== undefined && count(name, key) <= fault.times ? fault : undefined;
    },
    takeAfter(name, key = '') {
      const fault = byName.get(name);
      return fault !== undefined && count(name, key) > fault.amount ? fault : undefined;
    },
  };
}
