import type { Api } from '../api/client.ts';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import type { HttpResponse } from '../http/transport.ts';
import { bodyPieces } from './body-pieces.ts';
import { type AskedRange, judgeRangeAnswer, type RangeAnswer, rangeField } from './range-answer.ts';
import { ifRange, type Validator } from './validator.ts';

const MAX_URL_RENEWALS = 3;

/** Requests for parts of one object: where to ask, whether the URL is still good, how much travelled. */
export interface RangeExchange {
  /**
   * Sends one request, on condition that the object is still of the version `pinned`; the URL is renewed
   * when it is refused. The body is the caller's.
   * @throws ExpectedError of judgeRangeAnswer(); the refusal when new URLs are refused too
   */
  send(
    asked: AskedRange,
    pinned: Validator | null,
  ): Promise<{ response: HttpResponse; answer: Exclude<RangeAnswer, { kind: 'refused' }> }>;
  /** Reads a body of so many bytes and counts them, see bodyPieces(). */
  pieces(response: HttpResponse, lengthBytes: number): AsyncGenerator<Buffer, void, undefined>;
  transferredBytes(): number;
}

export function createRangeExchange(
  { url: firstUrl, renewUrl }: { readonly url: URL; readonly renewUrl: () => Promise<URL> },
  {
    api,
    clock,
    signal,
  }: { readonly api: Pick<Api, 'openFile'>; readonly clock: Clock; readonly signal: AbortSignal },
): RangeExchange {
  let url = firstUrl;
  let renewals = 0;
  let renewing: Promise<void> | null = null;
  let transferredBytes = 0;

  /** Several requests are refused at once when a signature expires; the API is asked once. */
  const renew = (refused: URL, refusal: ExpectedError): Promise<void> => {
    if (url !== refused) return Promise.resolve();
    renewing ??= (async () => {
      renewals += 1;
      if (renewals > MAX_URL_RENEWALS) throw refusal;
      try {
        url = await renewUrl();
      } catch (error) {
        // The package itself is gone or forbidden: that says more than the refused URL did.
        if (error instanceof ExpectedError && error.code !== 'UNAVAILABLE') throw error;
        throw refusal;
      }
    })().finally(() => {
      renewing = null;
    });
    return renewing;
  };

  return {
    async send(asked, pinned) {
      const condition = pinned === null ? null : ifRange(pinned);
      const headers = {
        'accept-encoding': 'identity',
        range: rangeField(asked),
        ...(condition === null ? {} : { 'if-range': condition }),
      };
      for (;;) {
        const used = url;
        const response = await api.openFile(used, headers, signal);
        let answer: RangeAnswer;
        try {
          answer = judgeRangeAnswer(response, { asked, nowMs: clock.now() });
        } catch (error) {
          response.body.destroy();
          throw error;
        }
        if (answer.kind !== 'refused') {
          renewals = 0;
          return { response, answer };
        }
        response.body.destroy();
        await renew(used, answer.error);
      }
    },
    pieces: (response, lengthBytes) =>
      bodyPieces(response, {
        lengthBytes,
        clock,
        signal,
        onBytes: (sizeBytes) => {
          transferredBytes += sizeBytes;
        },
      }),
    transferredBytes: () => transferredBytes,
  };
}
