import type { FaultName } from './fault-table.ts';
import type { SandboxFault } from './faults.ts';

/** The faults of one sandbox, and how often each has happened. */
export interface ActiveFaults {
  /** The fault when it was asked for, however often it has happened. */
  find(name: FaultName): SandboxFault | undefined;
  /** The fault when it is due now, which counts as one time; `key` counts apart what is apart (a file, a token). */
  take(name: FaultName, key?: string): SandboxFault | undefined;
  /** The fault once it was asked for more than `amount` times with this key. */
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
