import type { Traits } from '../dialect/traits.ts';
import type { ActiveFaults } from '../faults/active-faults.ts';
import type { SignedStorage } from '../files/signed-storage.ts';
import type { Library } from '../library/library.ts';
import type { PackageStore } from '../packages/package-store.ts';
import type { Tokens } from './tokens.ts';

/** The state that all routes of a sandbox share. */
export interface SandboxState {
  readonly library: Library;
  readonly packages: PackageStore;
  readonly tokens: Tokens;
  readonly faults: ActiveFaults;
  /** Details of the responses that the documentation leaves open. */
  readonly traits: Traits;
  /** Creations that `create-first` has rejected. */
  readonly refusedCreations: { count: number };
  /** Runs only if files come from another origin. */
  readonly storage: SignedStorage | undefined;
  readonly tenant: string;
  readonly port: number;
  readonly prepareMs: number;
  /** When it was started, since 1970. */
  readonly startedMs: number;
  /** http://127.0.0.1:PORT/v2 */
  readonly apiUrl: string;
}
