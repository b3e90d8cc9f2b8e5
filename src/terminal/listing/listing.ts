export type OutputFormat = 'table' | 'json' | 'ndjson' | 'csv' | 'tsv' | 'id';

/** One column of a listing. `text` gives the machine form, `display` (if any) the form for people. */
export interface Column<Item> {
  readonly key: string;
  readonly heading: string;
  text(item: Item): string;
  display?(item: Item): string;
  readonly align?: 'left' | 'right';
  /** Gives way first when the terminal is too narrow; ids never do. */
  readonly shrinks?: boolean;
  /** Left out of a table that would not fit otherwise. */
  readonly isOptional?: boolean;
}

export interface Listing<Item> {
  readonly items: readonly Item[];
  readonly columns: readonly Column<Item>[];
  /** The `--json` document. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The JSON form of one item, for `ndjson` and `--fields`. */
  itemDocument(item: Item): Readonly<Record<string, unknown>>;
  /** Said to people on standard error when there is nothing to list. */
  readonly emptyText: string;
}
