import { TRAIT_NAMES, TRAITS, type Traits } from '../../src/sandbox/dialect/traits.ts';

/** How many traits of a combination differ from the default, at most. */
const MOST_CHANGED = 12;

/** Traits that hang together by chance; the same for the same numbers. */
export function randomTraits(random: () => number): Partial<Traits> {
  const count = 1 + (random() % MOST_CHANGED);
  const chosen: Record<string, string> = {};
  for (let index = 0; index < count; index += 1) {
    const name = TRAIT_NAMES[random() % TRAIT_NAMES.length];
    if (name === undefined || name === 'library') continue;
    const { values } = TRAITS[name];
    chosen[name] = values[random() % values.length] ?? values[0];
  }
  return chosen;
}

/** As `sandbox --dialect` takes them, for a failure to be had again by hand. */
export function asFlags(traits: Partial<Traits>): string {
  return Object.entries(traits)
    .map(([name, value]) => `--dialect ${name}=${value}`)
    .join(' ');
}

/** Each value of each trait that is not the default, alone. */
export function singleTraits(): Partial<Traits>[] {
  return TRAIT_NAMES.flatMap((name) =>
    TRAITS[name].values.slice(1).map((value): Partial<Traits> => ({ [name]: value })),
  );
}
