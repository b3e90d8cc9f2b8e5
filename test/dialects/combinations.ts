import { TRAIT_NAMES, TRAITS, type Traits } from '../../src/sandbox/dialect/traits.ts';

/** The maximum number of traits in a combination that differ from the default. */
const MOST_CHANGED = 12;

/** A random combination of traits, the same for the same numbers. */
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

/** The flags for `sandbox --dialect`, to reproduce a failure manually. */
export function asFlags(traits: Partial<Traits>): string {
  return Object.entries(traits)
    .map(([name, value]) => `--dialect ${name}=${value}`)
    .join(' ');
}

/** Each value of each trait that is not the default, as a separate set of traits. */
export function singleTraits(): Partial<Traits>[] {
  return TRAIT_NAMES.flatMap((name) =>
    TRAITS[name].values.slice(1).map((value): Partial<Traits> => ({ [name]: value })),
  );
}
