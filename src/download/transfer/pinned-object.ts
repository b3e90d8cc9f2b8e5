import { ExpectedError } from '../../errors.ts';
import type { RangeResponse } from '../response/classify-response.ts';
import type { ObjectResponse } from '../response/remote-object.ts';
import { compareValidators, ifRange, type Validator } from '../response/validator.ts';
import type { RangeSink } from './fetch-range.ts';

/** The version of an object that all bytes must belong to. */
export interface PinnedObject {
  readonly totalBytes: number;
  readonly validator: Validator;
}

/** The server sends the whole object instead of a range, so only the whole can be fetched. */
export class NoRangesError extends ExpectedError {
  override readonly name = 'NoRangesError';
}

const NO_OVERLAP = Buffer.alloc(0);

/**
 * Receives a range of a pinned object: another version is an error, and nothing is replaced.
 * @throws (from `accept`) as createPinnedMatch()
 */
export function pinnedSink(
  range: RangeSink['range'],
  pinned: PinnedObject,
  take: RangeSink['take'],
): RangeSink {
  const match = createPinnedMatch(pinned);
  return {
    range,
    haveBytes: () => range.position,
    request: async () => ({
      range: { start: range.position, end: range.end },
      pinned: pinned.validator,
      overlap: NO_OVERLAP,
    }),
    async accept(received) {
      const { start, end } = match(received, range.position);
      return { bodyBytes: end - start, mostBytes: end - start };
    },
    take,
  };
}

type Part = Extract<RangeResponse, { kind: 'part' }>;

/**
 * Accepts the responses for one range of a pinned object.
 * @throws ExpectedError INTEGRITY if the object has changed, UNAVAILABLE (transient) for another range, NoRangesError
 *   for the whole object, which is transient the first time at a position
 */
export function createPinnedMatch({
  totalBytes,
  validator,
}: PinnedObject): (received: ObjectResponse, position: number) => Part {
  let refusedPosition = -1;
  return ({ response: { url }, found }, position) => {
    switch (found.kind) {
      case 'part':
        if (found.totalBytes === totalBytes && isSameVersion(validator, found.validator)) return found;
        throw changedError();
      case 'whole': {
        const isSameSize = found.totalBytes === null || found.totalBytes === totalBytes;
        if (!isSameSize || compareValidators(validator, found.validator) === 'changed') throw changedError();
        // The first time, it may be from a cache. A server without ranges is not worth all retries.
        const transient = refusedPosition !== position;
        refusedPosition = position;
        const message = `${url.host} sent the whole file instead of a part of it`;
        throw new NoRangesError('BAD_RESPONSE', message, { transient });
      }
      case 'other-part': {
        const message = `${url.host} answered with another part of the file than the one asked for`;
        throw new ExpectedError('UNAVAILABLE', message, { transient: true });
      }
      case 'unsatisfiable':
      case 'precondition-failed':
        throw changedError();
    }
  };
}

/** If the first response had a strong validator, all others must have the same one. */
function isSameVersion(pinned: Validator, found: Validator): boolean {
  const verdict = compareValidators(pinned, found);
  return verdict === 'same' || (verdict === 'unknown' && ifRange(pinned) === null);
}

function changedError(): ExpectedError {
  return new ExpectedError('INTEGRITY', 'the file on the server changed while it was read', {
    hint: 'rerun the command',
  });
}
