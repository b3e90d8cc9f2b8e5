import type { OutputStream } from '../world.ts';
import { formatCommaSeparated, formatTabSeparated } from './listing/delimited.ts';
import type { Column, Listing, OutputFormat } from './listing/listing.ts';
import { chooseColumns, pickFields } from './listing/select-fields.ts';
import { outputError } from './output-error.ts';
import { createSink, isReaderGone } from './sink.ts';
import { escapeText, formatJson } from './text/escape.ts';
import type { Glyphs } from './text/glyphs.ts';
import type { Style } from './text/style.ts';

/** Standard output: the results of a command and nothing else. */
export interface Results {
  line(text: string): void;
  lines(texts: readonly string[]): void;
  listing<Item>(listing: Listing<Item>): void;
  json(document: unknown): void;
  bytes(chunk: Uint8Array): Promise<void>;
  /** Runs a task after the results so far, even if one of them failed; at once unless a table is still being laid out. */
  inOrder(task: () => void): void;
  settled(): Promise<void>;
}

export interface ResultsOptions {
  readonly stdout: OutputStream;
  readonly format: OutputFormat;
  readonly fields: readonly string[] | undefined;
  /** Tables contain the full IDs. */
  readonly fullIds: boolean;
  readonly style: Style;
  readonly glyphs: Glyphs;
  readonly columns: () => number;
  /** Applied to every line before it is written. */
  readonly guard: (line: string) => string;
  /** Called with a text for people when a listing has no items. */
  readonly onEmpty: (text: string) => void;
}

export function createResults(options: ResultsOptions): Results {
  const { stdout, format, fields, guard } = options;
  const isTerminal = stdout.isTTY === true;
  const sink = createSink(stdout);
  /** Keeps results and messages in order while the table layout is loading. */
  let queue: Promise<void> | undefined;

  /** The lines are already escaped; they contain only our own tabs and colors. */
  function print(lines: readonly string[], lineEnd = '\n'): void {
    if (lines.length > 0) void sink.write(lines.map((line) => guard(line) + lineEnd).join(''));
  }

  function inOrder(task: () => void): void {
    if (queue === undefined) task();
    else enqueue(task);
  }

  function enqueue(task: () => void | Promise<void>): void {
    const earlier = queue ?? Promise.resolve();
    const own = earlier.then(task, task);
    // settled() reports the first failure; until then it must not count as unhandled.
    const all = Promise.all([earlier, own]).then(() => undefined);
    all.then(
      () => {
        if (queue === all) queue = undefined;
      },
      () => {},
    );
    queue = all;
  }

  function printTable<Item>(items: readonly Item[], columns: readonly Column<Item>[]): void {
    enqueue(async () => {
      // Loading the Unicode tables that measure cells takes longer than a short command runs.
      const { formatTable } = await import('./listing/table.ts');
      print(formatTable(items, columns, options.columns(), options));
    });
  }

  function json(document: unknown): void {
    inOrder(() => print([formatJson(document, isTerminal ? 2 : 0)]));
  }

  function listing<Item>(content: Listing<Item>): void {
    const { items, document } = content;
    const columns = chooseColumns(content, fields);
    const documentOf = (item: Item) => pickFields(content.itemDocument(item), fields);
    if (format === 'json') {
      json(fields === undefined ? document : { ...document, items: items.map(documentOf) });
    } else if (items.length === 0) {
      options.onEmpty(content.emptyText);
    } else if (format === 'ndjson') {
      inOrder(() => print(items.map((item) => formatJson(documentOf(item)))));
    } else if (format === 'csv') {
      inOrder(() => print(formatCommaSeparated(items, columns), '\r\n'));
    } else if (format === 'id') {
      inOrder(() => print(formatTabSeparated(items, idColumn(content))));
    } else if (format === 'table' && isTerminal) {
      printTable(items, columns);
    } else {
      inOrder(() => print(formatTabSeparated(items, columns)));
    }
  }

  return {
    inOrder,
    line: (text) => inOrder(() => print([escapeText(text)])),
    lines: (texts) => inOrder(() => print(texts.map(escapeText))),
    listing,
    json,
    async bytes(chunk) {
      await queue;
      await sink.write(chunk);
      if (sink.failure !== undefined) throw outputError(sink.failure, stdout);
    },
    async settled() {
      await queue;
      await sink.settled();
      const { failure } = sink;
      if (failure !== undefined && !isReaderGone(failure, stdout)) throw outputError(failure, stdout);
    },
  };
}

/** The ID column of a list, or its first column if it has none, such as the paths of an archive. */
function idColumn<Item>({ columns }: Listing<Item>): readonly Column<Item>[] {
  const ids = columns.filter(({ key }) => key === 'id');
  return ids.length > 0 ? ids : columns.slice(0, 1);
}
