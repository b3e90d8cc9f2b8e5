/**
 * Stands in the bundle for the JSON Schema validator that `conf` imports for its `schema` option, which the store
 * does not use: src/config validates what it reads and says which line is wrong. Without it the package is a
 * seventh smaller. Whoever passes `schema` to `conf` gets this error instead of a check that does not take place.
 */
/** A function, as a class would do nothing else; `new` calls it. */
export function Ajv2020(): never {
  throw new Error('conf validates no schema in this bundle: see build/no-schema.ts');
}

export default { default: Ajv2020 };
