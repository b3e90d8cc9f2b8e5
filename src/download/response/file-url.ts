import { ExpectedError } from '../../errors.ts';

/** The address of a file, which the service may sign anew each time. */
export interface FileUrl {
  current(): URL;
  /**
   * Asks the API for another one after `refused` was refused; many connections ask once.
   * @throws `refusal` when that does not help, or what the API says
   */
  renew(refused: URL, refusal: ExpectedError): Promise<void>;
  /** The address works. */
  worked(): void;
}

const MAX_RENEWALS = 3;

export function createFileUrl(url: URL, ask: () => Promise<URL>): FileUrl {
  let current = url;
  let renewals = 0;
  let asking: Promise<void> | null = null;

  const askOnce = async (refusal: ExpectedError) => {
    renewals += 1;
    if (renewals > MAX_RENEWALS) throw refusal;
    try {
      // A URL object of its own, so that an unchanged address counts as renewed, too.
      current = new URL(await ask());
    } catch (error) {
      // The package itself is gone or forbidden: that says more than the refused address did.
      if (error instanceof ExpectedError && error.code !== 'UNAVAILABLE') throw error;
      throw refusal;
    }
  };
  return {
    current: () => current,
    async renew(refused, refusal) {
      if (current !== refused) return;
      asking ??= askOnce(refusal).finally(() => {
        asking = null;
      });
      await asking;
    },
    worked() {
      renewals = 0;
    },
  };
}
