/** The state of a package. `gone` means deleted or expired. */
export type PackageState = 'ready' | 'preparing' | 'failed' | 'gone' | 'unknown';

const GONE = /delet|expir/;
const FAILED = /fail|error|abort|cancel|reject/;
const RUNNING =
  /prepar|pending|queue|process|progress|creat|wait|running|start|building|schedul|ongoing|active|transcribing|new/;
const DONE = /ready|finish|complet|done|success|succeed|avail|publish|ok|none|idle/;

/** What a status of the service means. Only `preparing` and `ready` are documented, for packages. */
export function readStatus(status: string): 'gone' | 'failed' | 'running' | 'done' | 'unknown' {
  const word = status.toLowerCase();
  if (GONE.test(word)) return 'gone';
  if (FAILED.test(word)) return 'failed';
  if (RUNNING.test(word)) return 'running';
  return DONE.test(word) ? 'done' : 'unknown';
}

/**
 * Classifies the status of a package. A final status counts even if files are listed. Otherwise, a package with files is
 * ready, regardless of its status.
 */
export function packageState(status: string | null, { hasFiles }: { hasFiles: boolean }): PackageState {
  const meaning = readStatus(status ?? '');
  if (meaning === 'gone' || meaning === 'failed') return meaning;
  if (hasFiles || status?.toLowerCase() === 'ready') return 'ready';
  return meaning === 'running' ? 'preparing' : 'unknown';
}
