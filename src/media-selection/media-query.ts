/** Which media of the library are meant; null narrows nothing. */
export interface MediaQuery {
  readonly search: string | null;
  readonly type: string | null;
  readonly tag: string | null;
  readonly speaker: string | null;
  /** ID of a channel. */
  readonly channel: string | null;
  /** Since 1970, both included. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}
