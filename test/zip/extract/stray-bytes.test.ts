import { expect, test } from 'vitest';
import { checkStrayBytes } from '../../../src/zip/extract/stray-bytes.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { type EntrySpec, extraField, makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';

/** An entry with an extra field of `fieldBytes` only in its local header; 0 for none. */
function withField(fieldBytes: number, spec: Partial<EntrySpec> = {}): Partial<EntrySpec> {
  return {
    ...spec,
    local: { extra: fieldBytes === 0 ? Buffer.alloc(0) : extraField(0x9999, Buffer.alloc(fieldBytes - 4)) },
  };
}

function times(count: number, spec: Partial<EntrySpec>): Partial<EntrySpec>[] {
  return Array.from({ length: count }, () => spec);
}

async function check(specs: readonly Partial<EntrySpec>[], signal?: AbortSignal): Promise<string[]> {
  const zip = makeZip(specs.map((spec, index) => ({ name: `${index}`, content: 'text', ...spec })));
  const source = memorySource(zip);
  const { entries } = await readDirectory(source);
  source.reads.length = 0;
  await checkStrayBytes(
    source,
    entries.map((entry) => ({ entry })),
    signal,
  );
  const starts = source.reads.map(([start]) => start);
  return entries.filter(({ headerOffset }) => starts.includes(headerOffset)).map(({ path }) => path);
}

test.each<[string, readonly Partial<EntrySpec>[], string[]]>([
  ['none of entries without fields', times(3, {}), []],
  ['none of entries with the same field', times(3, withField(9)), []],
  ['the one with a field', [...times(4, {}), withField(9), ...times(5, {})], ['4']],
  ['the one with another field', [...times(4, withField(9)), withField(5), ...times(5, withField(9))], ['4']],
  ['none without a field among others', [...times(4, withField(9)), {}, ...times(5, withField(9))], []],
  ['the one of two with a field', [{}, withField(9)], ['1']],
  ['the one of two with the longer field', [withField(5), withField(9)], ['1']],
  ['those of all sizes but the most common', [withField(9), withField(5), ...times(3, {})], ['0', '1']],
  ['eight at most', [...times(8, withField(9)), ...times(9, {})], ['0', '1', '2', '3', '4', '5', '6', '7']],
  ['none of nine alike', [...times(9, withField(9)), ...times(10, {})], []],
  ['the rarest, up to eight', [withField(9), ...times(8, withField(5)), ...times(9, {})], ['0']],
  ['none with a descriptor', [...times(3, withField(9)), withField(5, { descriptor: 'signed32' })], []],
])('reads the local header of %s', async (_name, specs, expected) => {
  expect(await check(specs)).toEqual(expected);
});

test('rejects bytes that are not an extra field, the longest first', async () => {
  const error = await failureOf(check([{}, { gapBefore: Buffer.alloc(3) }, { gapBefore: Buffer.alloc(5) }]));
  expect(error).toMatchObject({
    code: 'UNSAFE',
    message: expect.stringContaining('after entry "1"') as string,
  });
});

test('reads nothing after an interruption', async () => {
  const reason = new Error('Ctrl-C');
  await expect(check([{}, withField(9)], AbortSignal.abort(reason))).rejects.toBe(reason);
});
