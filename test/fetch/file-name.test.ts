import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileName, folderName } from '../../src/fetch/file-name.ts';

describe('fileName', () => {
  const file = {
    packageId: '5f0c2b9e-7d41-4a36',
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
    [{ title: 'a'.repeat(81) }, `${'a'.repeat(80)}-5f0c2b9e.zip`],
    [{ title: `${'a'.repeat(79)} b` }, `${'a'.repeat(79)}-5f0c2b9e.zip`],
    [{ packageId: '1234567-9' }, '1234567.zip'],
    [{ name: 'x.abcdefgh' }, '5f0c2b9e.abcdefgh'],
    [{ name: 'x.abcdefghi' }, '5f0c2b9e.zip'],
    [{ packageId: 'com1' }, 'com1-file.zip'],
    [{ packageId: 'com' }, 'com.zip'],
    [{ mimeType: ' Video/MP4 ;x' }, '5f0c2b9e.mp4'],
    [{ packageId: 'con' }, 'con-file.zip'],
    [{ packageId: '日本' }, 'package.zip'],
    [{ packageId: 'ABC' }, 'abc.zip'],
    [{ mimeType: 'video/mp4; codecs=x' }, '5f0c2b9e.mp4'],
    [{ mimeType: 'application/x-unheard', isCompressed: true }, '5f0c2b9e.zip'],
    [{ mimeType: null, isCompressed: null }, '5f0c2b9e.bin'],
    [{ name: 'Some Thing.TAR' }, '5f0c2b9e.tar'],
    [{ name: 'evil.p/hp' }, '5f0c2b9e.zip'],
    [{ name: 'x.averylongextension' }, '5f0c2b9e.zip'],
  ])('%j is %s', (changed, name) => {
    expect(fileName({ ...file, ...changed })).toBe(name);
  });

  test.each([
    ['composed and decomposed letters', 'Caf\u00e9', 'Cafe\u0301'],
    ['upper and lower case', 'CAFÉ', 'café'],
    ['ligatures', '\ufb01nal', 'final'],
    ['a sharp s', 'Straße', 'STRASSE'],
  ])('case 89: %s make no two names that some file systems take for one', (_what, one, other) => {
    const [left, right] = [one, other].map((title) => fileName({ ...file, title }));
    expect(left).toBe(right);
  });

  test('is one harmless component, whatever title, id and name are', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(text, text, fc.option(text), fc.option(fc.nat(99)), (title, packageId, name, position) => {
        const made = fileName({ ...file, title, packageId, name, position });
        expect(made).toMatch(/^[a-z0-9][a-z0-9-]*\.[a-z0-9]{1,8}$/);
        expect(made.length).toBeLessThanOrEqual(120);
      }),
    );
  });

  test.each([
    ['trip-5f0c2b9e.zip', 'trip-5f0c2b9e'],
    ['a.b.zip', 'a.b'],
    ['plain', 'plain'],
  ])('%s unpacks into %s', (name, folder) => {
    expect(folderName(name)).toBe(folder);
  });
});
