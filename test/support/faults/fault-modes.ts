import type { FaultMode } from './fault-mode.ts';
import { CONTENT_MODES } from './fault-modes-content.ts';
import { IDENTITY_MODES } from './fault-modes-identity.ts';
import { LENGTH_MODES } from './fault-modes-length.ts';
import { PACE_MODES } from './fault-modes-pace.ts';
import { PROTOCOL_MODES } from './fault-modes-protocol.ts';
import { RANGE_MODES } from './fault-modes-range.ts';
import { STATUS_MODES } from './fault-modes-status.ts';

/** All failures of a download, by theme. */
export const FAULT_MODES: Readonly<Record<string, readonly FaultMode[]>> = {
  length: LENGTH_MODES,
  content: CONTENT_MODES,
  pace: PACE_MODES,
  status: STATUS_MODES,
  range: RANGE_MODES,
  identity: IDENTITY_MODES,
  protocol: PROTOCOL_MODES,
};

/** @throws Error if no mode has that name */
export function faultMode(name: string): FaultMode {
  const mode = Object.values(FAULT_MODES)
    .flat()
    .find((candidate) => candidate.name === name);
  if (mode === undefined) throw new Error(`no fault mode is named ${JSON.stringify(name)}`);
  return mode;
}
