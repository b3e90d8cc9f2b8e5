export type OutputFormat = 'table' | 'json' | 'ndjson' | 'csv' | 'tsv' | 'id';

/** The meaning of a cell: success, work in progress, or failure. It determines the color. */
export type Tone = 'good' | 'pending' | 'bad';

/** One column of a listing. `text` returns the machine form, `display` (if any) the form for people. */
export interface Column<Item> {
  readonly key: string;
  readonly heading: string;
  text(item: Item): string;
  display?(item: Item): string;
  readonly align?: 'left' | 'right';
  /** Truncated first when the terminal is too narrow. */
  readonly shrinks?: boolean;
  /** Keeps the end when truncated: names in one folder differ there. */
  readonly isPath?: boolean;
  /** Omitted from a table that would not fit otherwise. */
  readonly isOptional?: boolean;
  /** IDs. With `prefix`, commands accept the start of an ID, so a table for people shortens UUIDs. */
  readonly id?: 'prefix' | 'full';
  tone?(item: Item): Tone | undefined;
}

export interface Listing<Item> {
  readonly items: readonly Item[];
  readonly columns: readonly Column<Item>[];
  /** The `--json` document. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The JSON form of one item, for `ndjson` and `--fields`. */
  itemDocument(item: Item): Readonly<Record<string, unknown>>;
  /** Printed on standard error when the list is empty. */
  readonly emptyText: string;
}
