import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIdNames, fileName, folderName } from '../../src/fetch/generated-name.ts';

describe('createIdNames', () => {
  test.each([
    ['5f0c2b9e-7d41-4a36-9e58-c1d2e3f4a500', '5f0c2b9e'],
    ['pkg-000001', 'pkg-0000'],
    ['ABC', 'abc'],
    ['日本', ''],
  ])('shortens %s alone to %s', (id, name) => {
    expect(createIdNames([id])(id)).toBe(name);
  });

  test('uses the full ID or a hash for IDs with the same prefix, in any order', () => {
    const long = `pkg-0000${'-long'.repeat(9)}`;
    const names = {
      'pkg-000001': 'pkg-000001',
      'pkg-000002': 'pkg-000002',
      [long]: 'pkg-0000-7bf715f3fcd095c8',
      日本: '-cf2abf0c5be326cb',
      中国: '-f0e9521611bb290d',
      'other-000001': 'other-00',
    };
    const ids = Object.keys(names);
    for (const order of [ids, ids.toReversed()]) {
      expect(Object.fromEntries(ids.map((id) => [id, createIdNames(order)(id)]))).toEqual(names);
    }
  });

  test('treats a repeated ID as one package', () => {
    expect(createIdNames(['pkg-000001', 'pkg-000001'])('pkg-000001')).toBe('pkg-0000');
  });
});

describe('fileName', () => {
  const file = {
    idName: '5f0c2b9e',
    title: null,
    name: null,
    mimeType: 'application/zip',
    isCompressed: true,
    position: null,
  };

  test.each([
    [{}, '5f0c2b9e.zip'],
    [{ title: 'Grüße aus Graz!' }, 'grusse-aus-graz-5f0c2b9e.zip'],
    [{ title: '  ../../etc/passwd ' }, 'etc-passwd-5f0c2b9e.zip'],
    [{ title: '日本' }, '5f0c2b9e.zip'],
    [{ title: 'Éclair – Ångström' }, 'eclair-angstrom-5f0c2b9e.zip'],
    [{ title: 'x', position: 2 }, 'x-5f0c2b9e-2.zip'],
    [{ idName: 'con' }, 'con-file.zip'],
    [{ idName: 'com1' }, 'com1-file.zip'],
    [{ idName: 'com' }, 'com.zip'],
    [{ idName: '' }, 'package.zip'],
    [{ idName: '1234567-' }, '1234567.zip'],
    [{ title: 'a'.repeat(81) }, `${'a'.repeat(80)}-5f0c2b9e.zip`],
    [{ title: `${'a'.repeat(79)} b` }, `${'a'.repeat(79)}-5f0c2b9e.zip`],
    [{ name: 'x.abcdefgh' }, '5f0c2b9e.abcdefgh'],
    [{ name: 'x.abcdefghi' }, '5f0c2b9e.zip'],
    [{ mimeType: ' Video/MP4 ;x' }, '5f0c2b9e.mp4'],
    [{ mimeType: 'video/mp4; codecs=x' }, '5f0c2b9e.mp4'],
    [{ mimeType: 'application/x-unheard', isCompressed: true }, '5f0c2b9e.zip'],
    [{ mimeType: null, isCompressed: null }, '5f0c2b9e.bin'],
    [{ name: 'Some Thing.TAR' }, '5f0c2b9e.tar'],
    [{ name: 'evil.p/hp' }, '5f0c2b9e.zip'],
    [{ name: 'x.averylongextension' }, '5f0c2b9e.zip'],
  ])('names %j %s', (changed, name) => {
    expect(fileName({ ...file, ...changed })).toBe(name);
  });

  test.each([
    ['composed and decomposed letters', 'Caf\u00e9', 'Cafe\u0301'],
    ['upper and lower case', 'CAFÉ', 'café'],
    ['ligatures', '\ufb01nal', 'final'],
    ['a sharp s', 'Straße', 'STRASSE'],
  ])('case 89: gives one name to titles that differ only by %s', (_what, one, other) => {
    const [left, right] = [one, other].map((title) => fileName({ ...file, title }));
    expect(left).toBe(right);
  });

  test('returns one safe path component for any title, ID, and name', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(text, text, fc.option(text), fc.option(fc.nat(99)), (title, packageId, name, position) => {
        const made = fileName({
          ...file,
          title,
          idName: createIdNames([packageId])(packageId),
          name,
          position,
        });
        expect(made).toMatch(/^[a-z0-9][a-z0-9-]*\.[a-z0-9]{1,8}$/);
        expect(made.length).toBeLessThanOrEqual(120);
      }),
    );
  });

  test.each([
    ['trip-5f0c2b9e.zip', 'trip-5f0c2b9e'],
    ['a.b.zip', 'a.b'],
    ['plain', 'plain'],
  ])('unpacks %s into %s', (name, folder) => {
    expect(folderName(name)).toBe(folder);
  });
});
