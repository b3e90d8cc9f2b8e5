import { readClaims } from './token-claims.ts';

/** Authenticates requests to the API. Belongs to one origin and is sent to no other. */
export interface Credential {
  readonly kind: 'token' | 'client' | 'command' | 'anonymous';
  /** The value of the Authorization header, or null for anonymous requests. */
  authorization(signal: AbortSignal): Promise<string | null>;
  /**
   * Called when the API refused `refused` with 401. True if there is a newer value to try. Requests that are refused at
   * the same time share one renewal.
   */
  renew(refused: string | null, signal: AbortSignal): Promise<boolean>;
  /** When the current value expires, in milliseconds since 1970; null if unknown. */
  expiresMs(): number | null;
}

export const anonymousCredential: Credential = {
  kind: 'anonymous',
  authorization: async () => null,
  renew: async () => false,
  expiresMs: () => null,
};

/** A fixed token, which cannot be renewed. */
export function tokenCredential(token: string): Credential {
  return {
    kind: 'token',
    authorization: async () => `Bearer ${token}`,
    renew: async () => false,
    expiresMs: () => readClaims(token).expiresMs,
  };
}

/**
 * A token printed by another program. `obtain` runs the program when the token is first needed, and again when the
 * token is refused.
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
