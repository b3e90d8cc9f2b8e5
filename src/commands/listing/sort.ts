import { ExpectedError } from '../../errors.ts';

export interface SortOrder {
  readonly field: string;
  readonly isDescending: boolean;
}

/**
 * Reads `FIELD`, `FIELD:asc` or `FIELD:desc`.
 * @throws ExpectedError USAGE naming the fields
 */
export function parseSort(text: string, fields: readonly string[]): SortOrder {
  const [field = '', direction = 'asc', ...rest] = text.split(':');
  if (!fields.includes(field) || !['asc', 'desc'].includes(direction) || rest.length > 0) {
    throw new ExpectedError('USAGE', `cannot sort by ${JSON.stringify(text)}`, {
      hint: `fields: ${fields.join(', ')}; for the reverse order append :desc`,
    });
  }
  return { field, isDescending: direction === 'desc' };
}

/** All that `parseSort` takes for these fields, in its shortest form. */
export function sortWords(fields: readonly string[]): readonly string[] {
  return fields.flatMap((field) => [field, `${field}:desc`]);
}
