import type { FaultName } from '../faults/fault-table.ts';
import type { SandboxFault } from '../faults/faults.ts';
import type { Traits } from './traits.ts';

/** The traits that the sandbox implements as faults. */
export function faultsOf(traits: Traits): SandboxFault[] {
  const names: FaultName[] = [];
  if (traits['file-url'] === 'presigned') names.push('foreign-url');
  if (traits['file-url'] === 'redirect') names.push('redirect');
  if (traits['file-size'] === 'absent') names.push('no-size');
  if (traits.create === 'ready') names.push('ready-at-once');
  if (traits.envelope === 'absent') names.push('bare-data');
  if (traits.ranges === 'none') names.push('no-range');
  if (traits.length === 'chunked') names.push('chunked');
  if (traits.etag === 'weak') names.push('weak-etag');
  if (traits.etag === 'none') names.push('no-etag');
  return names.map((name) => ({ name, amount: name === 'redirect' ? 302 : 0, times: Infinity, text: '' }));
}
