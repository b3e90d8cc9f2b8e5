/** A token that was fetched with client credentials; times in milliseconds since 1970. */
export interface CachedToken {
  readonly token: string;
  readonly fetchedMs: number;
  /** When to fetch a new token. */
  readonly renewMs: number;
  readonly expiresMs: number;
}

/** Shares a token with other processes that use the same client. */
export interface TokenCache {
  read(): Promise<CachedToken | null>;
  /** Stores the token. A failure to store it is not an error. */
  write(token: CachedToken): Promise<void>;
  /** Runs `work` while no other process renews the same token, or after a timeout. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}
