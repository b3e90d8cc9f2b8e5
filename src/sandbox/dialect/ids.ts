import { createHash } from 'node:crypto';
import type { Library, StoredMediaItem, StoredRendition } from '../library/library.ts';
import { createLibrary } from '../library/library.ts';
import { Refusal } from '../server/refusal.ts';
import type { Traits } from './traits.ts';

/** An ID in the form of the dialect; deterministic. */
export function dialectId(id: string, traits: Traits): string {
  const hex = createHash('sha256').update(id).digest('hex');
  switch (traits.ids) {
    case 'number':
      return BigInt(`0x${hex.slice(0, 10)}`).toString();
    case 'big-number':
      return (2n ** 53n + 1n + BigInt(`0x${hex.slice(0, 15)}`)).toString();
    case 'strange':
      return `grün/../${id}?a=b#c%2F é`;
    case 'uuid':
      return id;
  }
}

/** The same library with other IDs. */
export function withDialectIds(library: Library, traits: Traits): Library {
  if (traits.ids === 'uuid') return library;
  const rename = <Thing extends { readonly id: string }>(thing: Thing): Thing => ({
    ...thing,
    id: dialectId(thing.id, traits),
  });
  return createLibrary(
    library.media.map((medium): StoredMediaItem => {
      const [first, ...others] = medium.renditions;
      const renditions: [StoredRendition, ...StoredRendition[]] = [rename(first), ...others.map(rename)];
      return { ...rename(medium), renditions, transcripts: medium.transcripts.map(rename) };
    }),
  );
}

/** Numeric IDs have no quotes in JSON. */
export function writeIds(text: string, traits: Traits): string {
  if (traits.ids !== 'number' && traits.ids !== 'big-number') return text;
  return text.replaceAll(/"(id)":"(\d+)"/gi, '"$1":$2');
}

/** @throws Refusal with the status of the dialect for an invalid ID, unless that is 404 */
export function refuseMalformed(id: string, traits: Traits): void {
  const status = Number(traits['malformed-id']);
  if (status === 404 || isWellFormed(id, traits)) return;
  throw new Refusal(status, `${JSON.stringify(id)} is not a valid ID`);
}

function isWellFormed(id: string, traits: Traits): boolean {
  if (traits.ids === 'uuid') return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id);
  return traits.ids === 'strange' || /^\d{1,19}$/.test(id);
}
