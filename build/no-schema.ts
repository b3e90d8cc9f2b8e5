/**
 * Replaces in the bundle the JSON Schema validator that `conf` imports for its `schema` option. The store does not
 * use it: src/config validates its files and reports the wrong line. The package is a seventh smaller without it.
 * Passing `schema` to `conf` throws this error instead of silently skipping validation.
 */
/** A function, because a class would do nothing else; `new` calls it. */
export function Ajv2020(): never {
  throw new Error('conf validates no schema in this bundle: see build/no-schema.ts');
}

export default { default: Ajv2020 };
