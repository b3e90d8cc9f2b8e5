/** Headers of a response, with names in lower case and unchanged values. */
export interface HttpHeaders {
  /** The value of a header; the first one if it is repeated. */
  get(name: string): string | null;
  /** All values of a header, in order. */
  all(name: string): readonly string[];
  entries(): Iterable<readonly [string, string]>;
}

/** Wraps undici's record of headers, where a repeated header is an array. */
export function toHttpHeaders(record: Readonly<Record<string, string | string[] | undefined>>): HttpHeaders {
  const values = (name: string): readonly string[] => {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  };
  return {
    get: (name) => values(name)[0] ?? null,
    all: values,
    *entries() {
      for (const name of Object.keys(record)) for (const value of values(name)) yield [name, value] as const;
    },
  };
}
