import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { combineTraits, DIALECT_NAMES, parseDialect } from '../../src/sandbox/dialect/dialects.ts';
import {
  DEFAULT_TRAITS,
  TRAIT_NAMES,
  TRAITS,
  type Traits,
  withTraits,
} from '../../src/sandbox/dialect/traits.ts';
import { waitHeaders } from '../../src/sandbox/routes/shape-error.ts';
import { runCommand } from '../commands/run-command.ts';
import { converse } from './dialect/converse.ts';

describe('--dialect', () => {
  test('list prints every dialect with its description, and exits', async () => {
    const run = await runCommand(['sandbox', '--dialect', 'list']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines).toEqual(DIALECT_NAMES.map(({ name, description }) => `${name}  ${description}`));
    expect(lines.length).toBeGreaterThanOrEqual(12);
  });

  test.each([
    ['none-such', 'unknown dialect "none-such"', 'spring'],
    ['colour=red', 'unknown trait "colour"', 'zip-type'],
    ['list=tree', '"tree" is not a value of list', 'entities'],
  ])('%s exits with 2 and lists the valid names', async (word, message, known) => {
    const run = await runCommand(['sandbox', '--dialect', word]);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain(known);
  });

  test('docs/sandbox.md lists exactly these dialects', () => {
    const text = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
    const [, chapter = ''] = text.split('\n## Dialects\n');
    const listed = [...chapter.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual(DIALECT_NAMES.map(({ name }) => name));
  });

  test('later dialects override earlier ones, and a dialect has the large library', () => {
    const traits = combineTraits(['s3', 'zip-type=none'].map(parseDialect));
    expect(traits).toMatchObject({
      library: 'large',
      'file-url': 'presigned',
      'zip-type': 'none',
      list: 'array',
    });
    expect(combineTraits([])).toEqual(DEFAULT_TRAITS);
  });
});

test('x-ratelimit-reset as a time is the next second', () => {
  const nowSeconds = () => Math.ceil(createClock().now() / 1000);
  const before = nowSeconds();
  const reset = Number(waitHeaders(withTraits({ 'rate-header': 'epoch' }))['x-ratelimit-reset']);
  expect(reset).toBeGreaterThanOrEqual(before + 1);
  expect(reset).toBeLessThanOrEqual(nowSeconds() + 1);
});

test('a date to wait for is one second after the date of the response', () => {
  const headers = waitHeaders(withTraits({ 'rate-header': 'date' }));
  const [date = 0, after = 0] = ['date', 'retry-after'].map((name) => Date.parse(headers[name] ?? ''));
  expect(after - date).toBe(1000);
});

/** Traits that only have an effect together with others. */
const NEEDS: Partial<Record<keyof Traits, Partial<Traits>>> = {
  'rate-header': { 'create-first': '429' },
  location: { create: 'accepted-location' },
  'type-case': { 'type-key': 'type' },
};

const CASES = TRAIT_NAMES.flatMap((name) =>
  TRAITS[name].values.slice(1).map((value) => [name, value] as const),
);

test.each(CASES)('the trait %s=%s changes the responses', async (name, value) => {
  const faults = name === 'failed-word' ? ['job-fails'] : [];
  const base = NEEDS[name] ?? {};
  const usual = await converseUsually(base, faults);
  expect(await converse({ ...base, [name]: value }, faults)).not.toBe(usual);
});

const USUAL = new Map<string, string>();

/** The conversation without the trait. It must be the same each time, so that a difference means something. */
async function converseUsually(base: Partial<Traits>, faults: readonly string[]): Promise<string> {
  const key = JSON.stringify([base, faults]);
  const known = USUAL.get(key);
  if (known !== undefined) return known;
  const usual = await converse(base, faults);
  expect(await converse(base, faults)).toBe(usual);
  USUAL.set(key, usual);
  return usual;
}
