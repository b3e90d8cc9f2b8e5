import type { Api } from '../../api/client.ts';
import type { Clock } from '../../clock.ts';
import type { HttpResponse } from '../../http/transport.ts';
import {
  classifyResponse,
  type RangeResponse,
  type RequestedRange,
  rangeHeader,
} from './classify-response.ts';
import { createFileUrl } from './file-url.ts';
import { ifRange, type Validator } from './validator.ts';

/** An object behind HTTP, and its current URL. */
export interface RemoteObject {
  /** The body bytes received so far, counted by the reader of each body. */
  transferredBytes: number;
  /**
   * Sends one request and classifies the response. A refused URL is renewed. The caller reads or destroys the body.
   * @param options.range null for the whole
   * @param options.pinned the version that a range must belong to; null for any
   * @throws what classifyResponse() throws; the refusal if new URLs are refused, too; the signal's reason
   */
  request(options: {
    readonly range: RequestedRange | null;
    readonly pinned: Validator | null;
    readonly signal: AbortSignal;
  }): Promise<ObjectResponse>;
}

export interface ObjectResponse {
  readonly response: HttpResponse;
  /** Whether a range was requested, not the whole. */
  readonly isRange: boolean;
  readonly found: Exclude<RangeResponse, { kind: 'refused' }>;
}

/** @param renewUrl requests a new URL from the API */
export function createRemoteObject(
  { url, renewUrl }: { readonly url: URL; readonly renewUrl: () => Promise<URL> },
  { api, clock }: { readonly api: Pick<Api, 'openFile'>; readonly clock: Clock },
): RemoteObject {
  const fileUrl = createFileUrl(url, renewUrl);
  return {
    transferredBytes: 0,
    async request({ range, pinned, signal }) {
      const condition = range === null || pinned === null ? null : ifRange(pinned);
      const headers = {
        'accept-encoding': 'identity',
        ...(range === null ? {} : { range: rangeHeader(range) }),
        ...(condition === null ? {} : { 'if-range': condition }),
      };
      for (;;) {
        const used = fileUrl.current();
        const response = await api.openFile(used, headers, signal);
        let found: RangeResponse;
        try {
          found = classifyResponse(response, { range, nowMs: clock.now() });
        } catch (error) {
          response.body.destroy();
          throw error;
        }
        if (found.kind !== 'refused') {
          fileUrl.worked();
          return { response, isRange: range !== null, found };
        }
        response.body.destroy();
        await fileUrl.renew(used, found.error);
      }
    },
  };
}
