/** A token that was fetched with client credentials; times in milliseconds since 1970. */
export interface CachedToken {
  readonly token: string;
  readonly fetchedMs: number;
  /** From then on a new one is fetched. */
  readonly renewMs: number;
  readonly expiresMs: number;
}

/** Where a fetched token is kept for other processes that use the same client. */
export interface TokenCache {
  read(): Promise<CachedToken | null>;
  /** Keeps it if that is possible; a token that cannot be kept is no failure. */
  write(token: CachedToken): Promise<void>;
  /** Runs while no other process renews the same token, or at last without waiting any longer. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}
