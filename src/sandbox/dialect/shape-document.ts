import type { Item } from './shape-item.ts';
import type { Traits } from './traits.ts';

/** One object as `data`, under a key for its kind, or with its fields under `attributes` (JSON:API). */
export function shapeResource(item: Item, kind: 'download' | 'media', traits: Traits): Item {
  if (traits.resource === 'wrapped') return { [kind]: item };
  if (traits.resource === 'plain') return item;
  const { id, ...attributes } = item;
  return { type: kind, id, attributes };
}

/** The document with the keys of the dialect. */
export function shapeKeys(value: unknown, traits: Traits): unknown {
  if (traits.keys === 'camel') return value;
  if (Array.isArray(value)) return value.map((item: unknown) => shapeKeys(item, traits));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [shapeKey(key, traits), shapeKeys(item, traits)]),
  );
}

function shapeKey(key: string, { keys }: Traits): string {
  return keys === 'pascal'
    ? key.charAt(0).toUpperCase() + key.slice(1)
    : key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
