/** Header fields of an answer; names in lower case, values as they came. */
export interface HttpHeaders {
  /** The field's value; the first one when the field was sent several times. */
  get(name: string): string | null;
  /** How often the field was sent. */
  count(name: string): number;
  entries(): Iterable<readonly [string, string]>;
}

/** Wraps the header record of undici, where a repeated field is an array. */
export function toHttpHeaders(record: Readonly<Record<string, string | string[] | undefined>>): HttpHeaders {
  const values = (name: string): readonly string[] => {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  };
  return {
    get: (name) => values(name)[0] ?? null,
    count: (name) => values(name).length,
    *entries() {
      for (const name of Object.keys(record)) for (const value of values(name)) yield [name, value] as const;
    },
  };
}
