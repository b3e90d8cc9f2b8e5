import { expect, test } from 'vitest';
import { combineTraits, DIALECT_NAMES, parseDialect } from '../../../src/sandbox/dialect/dialects.ts';
import { converse } from './converse.ts';

/** Shortens a long list to its start and end. */
const LONGEST = 700;

function shorten(line: string): string {
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 200)} … ${line.slice(-200)}`;
}

/** How each dialect responds to the same requests. Check each change of a snapshot before you commit it. */
test.each([...DIALECT_NAMES.map(({ name }) => name), 'default'])('dialect %s', async (name) => {
  const traits = name === 'default' ? {} : combineTraits([parseDialect(name)]);
  const lines = (await converse({ ...traits, library: 'standard' })).split('\n');
  await expect(`${lines.map(shorten).join('\n')}\n`).toMatchFileSnapshot(`goldens/${name}.txt`);
});
