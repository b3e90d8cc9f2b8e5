import { ExpectedError } from '../errors.ts';

/** The limit for all pages of a command, which stay in memory as objects larger than their text. */
const LIMIT_BYTES = 32 * 1_048_576;

export interface ResponseBudget {
  /** @throws ExpectedError BAD_RESPONSE if all pages together exceed the limit */
  spend(sizeBytes: number): void;
}

/** Protects the memory of this machine from endless or growing pages. */
export function createResponseBudget(): ResponseBudget {
  let spentBytes = 0;
  return {
    spend(sizeBytes) {
      spentBytes += sizeBytes;
      if (spentBytes <= LIMIT_BYTES) return;
      throw new ExpectedError('BAD_RESPONSE', `the list is larger than ${LIMIT_BYTES / 1_048_576} MiB`, {
        hint: 'use --limit N to request fewer items',
      });
    },
  };
}
