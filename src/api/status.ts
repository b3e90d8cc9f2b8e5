/** The state of a package. `gone` means deleted or expired. */
export type PackageState = 'ready' | 'preparing' | 'failed' | 'gone' | 'unknown';

const PREPARING = /prepar|pending|queue|process|progress|creat|wait|running|started|building|scheduled|new/;
const GONE = /delet|expir/;
const FAILED = /fail|error|abort|cancel|reject/;

/**
 * Classifies the service's own status. Only `preparing` and `ready` are documented. A final status counts even if files
 * are listed. Otherwise, a package with files is ready, regardless of its status.
 */
export function packageState(status: string | null, { hasFiles }: { hasFiles: boolean }): PackageState {
  const word = status?.toLowerCase() ?? '';
  if (GONE.test(word)) return 'gone';
  if (FAILED.test(word)) return 'failed';
  if (hasFiles || word === 'ready') return 'ready';
  return PREPARING.test(word) ? 'preparing' : 'unknown';
}
