/** Which media of the library to select; null does not filter. */
export interface MediaQuery {
  readonly search: string | null;
  readonly type: string | null;
  readonly tag: string | null;
  readonly speaker: string | null;
  /** ID of a channel. */
  readonly channel: string | null;
  /** Milliseconds since 1970, both inclusive. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}
