import type { Api } from '../../api/client.ts';
import type { Clock } from '../../clock.ts';
import type { HttpResponse } from '../../http/transport.ts';
import { createFileUrl } from '../response/file-url.ts';
import {
  classifyRangeResponse,
  type RangeResponse,
  type RequestedRange,
  rangeHeader,
} from '../response/range-response.ts';
import { ifRange, type Validator } from '../response/validator.ts';
import type { RateLimit } from '../transfer/rate-limit.ts';
import { bodyPieces } from './body-pieces.ts';

/** Requests for parts of one object: where to ask, whether the URL is still good, how much travelled. */
export interface RangeExchange {
  /**
   * Sends one request, on condition that the object is still of the version `pinned`; the URL is renewed
   * when it is refused. The body is the caller's.
   * @throws ExpectedError of classifyRangeResponse(); the refusal when new URLs are refused too
   */
  send(
    asked: RequestedRange,
    pinned: Validator | null,
  ): Promise<{ response: HttpResponse; answer: Exclude<RangeResponse, { kind: 'refused' }> }>;
  /** Reads a body of so many bytes and counts them, see bodyPieces(). */
  pieces(response: HttpResponse, lengthBytes: number): AsyncGenerator<Buffer, void, undefined>;
  transferredBytes(): number;
}

export interface RangeExchangeContext {
  readonly api: Pick<Api, 'openFile'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly limitRate: RateLimit | null;
}

export function createRangeExchange(
  { url, renewUrl }: { readonly url: URL; readonly renewUrl: () => Promise<URL> },
  { api, clock, signal, limitRate }: RangeExchangeContext,
): RangeExchange {
  const fileUrl = createFileUrl(url, renewUrl);
  let transferredBytes = 0;

  return {
    async send(asked, pinned) {
      const condition = pinned === null ? null : ifRange(pinned);
      const headers = {
        'accept-encoding': 'identity',
        range: rangeHeader(asked),
        ...(condition === null ? {} : { 'if-range': condition }),
      };
      for (;;) {
        const used = fileUrl.current();
        const response = await api.openFile(used, headers, signal);
        let answer: RangeResponse;
        try {
          answer = classifyRangeResponse(response, { asked, nowMs: clock.now() });
        } catch (error) {
          response.body.destroy();
          throw error;
        }
        if (answer.kind !== 'refused') {
          fileUrl.worked();
          return { response, answer };
        }
        response.body.destroy();
        await fileUrl.renew(used, answer.error);
      }
    },
    pieces: (response, lengthBytes) =>
      bodyPieces(response, {
        lengthBytes,
        limitRate,
        clock,
        signal,
        onBytes: (sizeBytes) => {
          transferredBytes += sizeBytes;
        },
      }),
    transferredBytes: () => transferredBytes,
  };
}
