import { isArray, isObject, type JsonObject, sizeOrNull, textOrNull } from '../parse/json.ts';
import { formatSize } from '../parse/size.ts';
import { escapeText } from '../terminal/text/escape.ts';
import { formatCount } from '../terminal/text/format.ts';
import { shortenMessage } from '../terminal/text/shorten-message.ts';

export interface ResultsTableOptions {
  /** The command, such as `transcripts`. */
  readonly command: string;
  /** The `--json` document; null if the command failed before it had one. */
  readonly document: JsonObject | null;
  readonly failure: { readonly message: string; readonly exitCode: number } | null;
  /** Paths below this folder are shown relative to it. */
  readonly baseFolder: string | undefined;
  /** Removes known secrets from a text. */
  readonly redact: (text: string) => string;
  readonly maxBytes: number;
}

interface Row {
  readonly outcome: string;
  readonly id: string;
  readonly sizeBytes: number | null;
  readonly details: readonly string[];
}

/** A package with thousands of unpacked files is still one row. */
const MAX_PATHS_PER_ROW = 5;
/** Room for the line that counts the rows left out. */
const RESERVED_BYTES = 100;

/**
 * The results of a command as a Markdown table, failures first. Rows beyond `maxBytes` are counted instead. Null if
 * not even the heading fits.
 */
export function formatResultsTable(options: ResultsTableOptions): string | null {
  const { command, document, failure, maxBytes } = options;
  const rows = document === null ? [] : readRows(document);
  const cell = (text: string) => code(escapeText(shortenMessage(options.redact(text))));
  const lines = [`### streamdiver-dl ${command}`];
  if (failure !== null) {
    lines.push('', `**Failed with exit code ${failure.exitCode}:** ${cell(failure.message)}`);
  }
  if (rows.length > 0) {
    lines.push('', countOutcomes(rows), '', '| Result | ID | Size | Details |', '| :-- | :-- | --: | :-- |');
  } else if (failure === null) {
    lines.push('', 'No results.');
  }
  let sizeBytes = Buffer.byteLength(`${lines.join('\n')}\n`) + RESERVED_BYTES;
  if (sizeBytes > maxBytes) return null;
  let shown = 0;
  for (const row of failuresFirst(rows)) {
    const line = formatRow(row, cell, options.baseFolder);
    sizeBytes += Buffer.byteLength(`${line}\n`);
    if (sizeBytes > maxBytes) break;
    lines.push(line);
    shown += 1;
  }
  if (shown < rows.length) lines.push('', `${formatCount(rows.length - shown)} more results are not shown.`);
  return `${lines.join('\n')}\n`;
}

/** The results of downloads; without any, the packages that were created. */
function readRows(document: JsonObject): readonly Row[] {
  const { results, items } = document;
  if (isArray(results) && results.length > 0) return results.filter(isObject).map(readResult);
  if (isArray(items)) return items.filter(isObject).map(readPackage);
  return textOrNull(document['id']) === null ? [] : [readPackage(document)];
}

function readResult({ id, mediaId, transcriptId, outcome, sizeBytes, path, paths, error }: JsonObject): Row {
  const files = [path, ...(isArray(paths) ? paths : [])].flatMap((file) => textOrNull(file) ?? []);
  const message = isObject(error) ? textOrNull(error['message']) : null;
  const hidden = files.length - MAX_PATHS_PER_ROW;
  return {
    outcome: textOrNull(outcome) ?? 'unknown',
    id: textOrNull(transcriptId) ?? textOrNull(mediaId) ?? textOrNull(id) ?? '',
    sizeBytes: sizeOrNull(sizeBytes),
    details: [
      ...(message === null ? [] : [message]),
      ...files.slice(0, MAX_PATHS_PER_ROW),
      ...(hidden > 0 ? [`${formatCount(hidden)} more files`] : []),
    ],
  };
}

function readPackage({ id, status, title, sizeBytes }: JsonObject): Row {
  return {
    outcome: textOrNull(status) ?? 'created',
    id: textOrNull(id) ?? '',
    sizeBytes: sizeOrNull(sizeBytes),
    details: [textOrNull(title) ?? ''],
  };
}

function failuresFirst(rows: readonly Row[]): readonly Row[] {
  const isFailed = ({ outcome }: Row) => outcome === 'failed';
  return [...rows.filter(isFailed), ...rows.filter((row) => !isFailed(row))];
}

function countOutcomes(rows: readonly Row[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of rows) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${formatCount(count)} ${escapeMarkdown(outcome)}`).join(', ');
}

function formatRow(
  { outcome, id, sizeBytes, details }: Row,
  cell: (text: string) => string,
  baseFolder: string | undefined,
): string {
  const size = sizeBytes === null ? '' : formatSize(sizeBytes);
  const shown = details.map((text) => cell(relativeTo(baseFolder, text))).join('<br>');
  return `| ${escapeMarkdown(outcome)} | ${cell(id)} | ${size} | ${shown} |`;
}

function relativeTo(folder: string | undefined, text: string): string {
  if (folder === undefined || folder === '' || !text.startsWith(folder)) return text;
  const rest = text.slice(folder.length);
  return /^[/\\]./.test(rest) ? rest.slice(1) : text;
}

function code(text: string): string {
  return text === '' ? '' : `<code>${escapeMarkdown(text)}</code>`;
}

/**
 * Punctuation as character references, which Markdown takes literally (GFM 6.2): no pipe ends a cell, and nothing
 * becomes a tag, a link, a mention, or an emoji.
 */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[!-+:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
}
