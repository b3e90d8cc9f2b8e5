/** What proves to the API who is asking. It belongs to one origin and is sent to no other. */
export interface Credential {
  readonly kind: 'token' | 'client' | 'anonymous';
  /** The value of the Authorization field, or null for anonymous requests. */
  authorization(signal: AbortSignal): Promise<string | null>;
  /**
   * Called when the API refused `refused` with 401. True when there is a newer value to try;
   * workers that are refused at the same time share one renewal.
   */
  renew(refused: string | null, signal: AbortSignal): Promise<boolean>;
}

export const anonymousCredential: Credential = {
  kind: 'anonymous',
  authorization: async () => null,
  renew: async () => false,
};

/** A token that was given as it is; it cannot be renewed. */
export function tokenCredential(token: string): Credential {
  return {
    kind: 'token',
    authorization: async () => `Bearer ${token}`,
    renew: async () => false,
  };
}
