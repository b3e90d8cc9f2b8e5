import { ExpectedError } from '../../errors.ts';
import { formatJson } from '../text/escape.ts';
import type { Column, Listing } from './listing.ts';

/**
 * The columns for `--fields`, in that order. A key of the JSON form without a column becomes one.
 * @throws ExpectedError USAGE for an unknown field.
 */
export function chooseColumns<Item>(
  listing: Listing<Item>,
  fields: readonly string[] | undefined,
): readonly Column<Item>[] {
  if (fields === undefined) return listing.columns;
  const known = knownFields(listing);
  return fields.map((field) => {
    const column = listing.columns.find(({ key }) => key === field);
    if (column !== undefined) return column;
    // An empty list has no JSON keys to compare with, so every name is accepted.
    if (!known.has(field) && listing.items.length > 0) throw unknownField(field, known);
    return {
      key: field,
      heading: field.toUpperCase(),
      text: (item) => textOf(listing.itemDocument(item)[field]),
    };
  });
}

/** The JSON form of one item with these keys only; null for missing ones. */
export function pickFields(
  document: Readonly<Record<string, unknown>>,
  fields: readonly string[] | undefined,
): Readonly<Record<string, unknown>> {
  if (fields === undefined) return document;
  return Object.fromEntries(
    fields.map((field) => [field, Object.hasOwn(document, field) ? document[field] : null]),
  );
}

function knownFields<Item>(listing: Listing<Item>): ReadonlySet<string> {
  const keys = listing.items.flatMap((item) => Object.keys(listing.itemDocument(item)));
  return new Set([...listing.columns.map(({ key }) => key), ...keys]);
}

function unknownField(field: string, known: ReadonlySet<string>): ExpectedError {
  return new ExpectedError('USAGE', `unknown field '${field}' in --fields`, {
    hint: `known fields: ${Array.from(known).join(', ')}`,
  });
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : formatJson(value);
}
