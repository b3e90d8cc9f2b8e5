import { ExpectedError } from '../errors.ts';

/** What a command may receive in pages: all of it is kept, as objects that are larger than their text. */
const LIMIT_BYTES = 32 * 1_048_576;

export interface ResponseBudget {
  /** @throws ExpectedError BAD_RESPONSE once all pages together are larger than a command can keep */
  spend(sizeBytes: number): void;
}

/** A service whose pages never end, or grow, must not fill the memory of this machine. */
export function createResponseBudget(): ResponseBudget {
  let spentBytes = 0;
  return {
    spend(sizeBytes) {
      spentBytes += sizeBytes;
      if (spentBytes <= LIMIT_BYTES) return;
      throw new ExpectedError(
        'BAD_RESPONSE',
        `the list of the service is larger than ${LIMIT_BYTES / 1_048_576} MiB`,
        { hint: 'ask for fewer items with --limit' },
      );
    },
  };
}
