import { ExpectedError } from '../../errors.ts';

export interface SortOrder {
  readonly field: string;
  readonly isDescending: boolean;
}

/**
 * Reads `FIELD`, `FIELD:asc`, or `FIELD:desc`, in any letter case.
 * @param headings columns of the table by their field, if the names differ
 * @throws ExpectedError USAGE naming the fields
 */
export function parseSort(
  text: string,
  fields: readonly string[],
  headings: Readonly<Record<string, string>> = {},
): SortOrder {
  const [typed = '', direction = 'asc', ...rest] = text.split(':');
  const heading = typed.toLowerCase();
  const name = (Object.hasOwn(headings, heading) ? headings[heading] : undefined) ?? typed;
  const field = fields.find((known) => known.toLowerCase() === name.toLowerCase());
  if (field === undefined || !['asc', 'desc'].includes(direction.toLowerCase()) || rest.length > 0) {
    throw new ExpectedError('USAGE', `cannot sort by ${JSON.stringify(text)}`, {
      hint: `use one of ${fields.join(', ')}; append :desc for descending order`,
    });
  }
  return { field, isDescending: direction.toLowerCase() === 'desc' };
}

/** The values that `parseSort` accepts for these fields, in their shortest form. */
export function sortWords(fields: readonly string[]): readonly string[] {
  return fields.flatMap((field) => [field, `${field}:desc`]);
}
