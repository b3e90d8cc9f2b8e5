/** What the status of a package means for somebody who waits for it; `gone` is deleted or expired. */
export type PackageState = 'ready' | 'preparing' | 'failed' | 'gone' | 'unknown';

const PREPARING = /prepar|pending|queue|process|progress|creat|wait|running|started|building|scheduled|new/;
const GONE = /delet|expir/;
const FAILED = /fail|error|abort|cancel|reject/;

/**
 * Reads the service's own word, of which only `preparing` and `ready` are documented. A word for an end
 * counts even if files are listed; otherwise a package that lists its files is ready, whatever it is called.
 */
export function packageState(status: string | null, { hasFiles }: { hasFiles: boolean }): PackageState {
  const word = status?.toLowerCase() ?? '';
  if (GONE.test(word)) return 'gone';
  if (FAILED.test(word)) return 'failed';
  if (hasFiles || word === 'ready') return 'ready';
  return PREPARING.test(word) ? 'preparing' : 'unknown';
}
