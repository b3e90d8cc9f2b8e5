import { expect, test } from 'vitest';
import { combineTraits, DIALECT_NAMES, parseDialect } from '../../../src/sandbox/dialect/dialects.ts';
import { converse } from './converse.ts';

/** The start and the end of a long list show its form. */
const LONGEST = 700;

function shorten(line: string): string {
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 200)} … ${line.slice(-200)}`;
}

/** How a dialect responds to the same requests. Check each change before you keep it. */
test.each([...DIALECT_NAMES.map(({ name }) => name), 'default'])('the dialect %s', async (name) => {
  const traits = name === 'default' ? {} : combineTraits([parseDialect(name)]);
  const lines = (await converse({ ...traits, library: 'standard' })).split('\n');
  await expect(`${lines.map(shorten).join('\n')}\n`).toMatchFileSnapshot(`goldens/${name}.txt`);
});
