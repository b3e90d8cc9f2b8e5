import { ExpectedError } from '../../errors.ts';

/** The URL of a file. The service may return a new signature each time. */
export interface FileUrl {
  current(): URL;
  /**
   * Requests a new URL from the API after `refused` was refused. Concurrent calls share one request.
   * @throws `refusal` if that does not help, or the error of the API
   */
  renew(refused: URL, refusal: ExpectedError): Promise<void>;
  /** Called when the URL has worked. */
  worked(): void;
}

const MAX_RENEWALS = 3;

export function createFileUrl(url: URL, requestUrl: () => Promise<URL>): FileUrl {
  let current = url;
  let renewals = 0;
  let renewing: Promise<void> | null = null;

  const renewOnce = async (refusal: ExpectedError) => {
    renewals += 1;
    if (renewals > MAX_RENEWALS) throw refusal;
    try {
      // A new URL object, so that an unchanged URL counts as renewed, too.
      current = new URL(await requestUrl());
    } catch (error) {
      // The package itself is gone or forbidden, which is more specific than the refused URL.
      if (error instanceof ExpectedError && error.code !== 'UNAVAILABLE') throw error;
      throw refusal;
    }
  };
  return {
    current: () => current,
    async renew(refused, refusal) {
      if (current !== refused) return;
      renewing ??= renewOnce(refusal).finally(() => {
        renewing = null;
      });
      await renewing;
    },
    worked() {
      renewals = 0;
    },
  };
}
