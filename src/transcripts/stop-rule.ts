import type { ErrorCode, ExpectedError } from '../errors.ts';

/** Decides when to stop because everything else would fail as well. */
export interface StopRule {
  succeeded(): void;
  failed(error: ExpectedError): void;
  /** The failure that stops the run; null to continue. */
  reason(): ExpectedError | null;
}

/** Consecutive failures after which a run stops. A refused credential is always refused. */
const MOST_IN_A_ROW: Readonly<Partial<Record<ErrorCode, number>>> = {
  AUTH: 1,
  INTERRUPTED: 1,
  DISK: 20,
  UNAVAILABLE: 20,
};

export function createStopRule(): StopRule {
  let inARow = 0;
  let lastCode: ErrorCode | null = null;
  let reason: ExpectedError | null = null;
  return {
    succeeded() {
      inARow = 0;
      lastCode = null;
    },
    failed(error) {
      inARow = error.code === lastCode ? inARow + 1 : 1;
      lastCode = error.code;
      if (inARow >= (MOST_IN_A_ROW[error.code] ?? Infinity)) reason ??= error;
    },
    reason: () => reason,
  };
}
