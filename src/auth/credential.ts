import { readClaims } from './token-claims.ts';

/** What proves to the API who is asking. It belongs to one origin and is sent to no other. */
export interface Credential {
  readonly kind: 'token' | 'client' | 'command' | 'anonymous';
  /** The value of the Authorization field, or null for anonymous requests. */
  authorization(signal: AbortSignal): Promise<string | null>;
  /**
   * Called when the API refused `refused` with 401. True when there is a newer value to try;
   * workers that are refused at the same time share one renewal.
   */
  renew(refused: string | null, signal: AbortSignal): Promise<boolean>;
  /** When the value in use expires, in milliseconds since 1970; null when that is not known. */
  expiresMs(): number | null;
}

export const anonymousCredential: Credential = {
  kind: 'anonymous',
  authorization: async () => null,
  renew: async () => false,
  expiresMs: () => null,
};

/** A token that was given as it is; it cannot be renewed. */
export function tokenCredential(token: string): Credential {
  return {
    kind: 'token',
    authorization: async () => `Bearer ${token}`,
    renew: async () => false,
    expiresMs: () => readClaims(token).expiresMs,
  };
}

/**
 * A token that another program prints, asked for when first needed and once more when it was refused.
 * `obtain` runs that program.
 */
export function commandCredential(obtain: (signal: AbortSignal) => Promise<string>): Credential {
  let pending: Promise<string> | undefined;
  let token: string | undefined;
  const ask = async (signal: AbortSignal): Promise<string> => {
    pending ??= obtain(signal).finally(() => {
      pending = undefined;
    });
    token = await pending;
    return token;
  };
  return {
    kind: 'command',
    authorization: async (signal) => `Bearer ${token ?? (await ask(signal))}`,
    async renew(refused, signal) {
      if (pending === undefined && token !== undefined && `Bearer ${token}` !== refused) return true;
      return `Bearer ${await ask(signal)}` !== refused;
    },
    expiresMs: () => (token === undefined ? null : readClaims(token).expiresMs),
  };
}
