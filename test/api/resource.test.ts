import { describe, expect, test } from 'vitest';
import { findResource, idOf, type Kind, onlyItem, withFields } from '../../src/api/resource.ts';

describe('onlyItem', () => {
  test.each<[string, unknown, unknown]>([
    ['an object', { id: 'y' }, { id: 'y' }],
    ['null', null, null],
    ['the only item', [{ id: 'x', a: 1 }], { id: 'x', a: 1 }],
    ['the only item, in a layer', [{ data: { id: 'x' } }], { id: 'x' }],
    ['the only item, by an ID of its kind', [{ downloadId: 'x' }], { downloadId: 'x' }],
  ])('returns %s', (_name, value, wanted) => {
    expect(onlyItem(value, 'x', 'package')).toEqual(wanted);
  });

  test.each<[string, unknown]>([
    ['another item', [{ id: 'y' }]],
    ['two items', [{ id: 'x' }, { id: 'x' }]],
    ['no items', []],
    ['an item without an ID', [{ a: 'x' }]],
    ['an ID of another kind', [{ mediaId: 'x' }]],
  ])('rejects a list of %s', (_name, value) => {
    expect(() => onlyItem(value, 'x', 'package')).toThrow(
      expect.objectContaining({
        code: 'BAD_RESPONSE',
        message: 'unexpected response from the service: a list instead of "x"',
      }),
    );
  });
});

test.each<[Kind | undefined, Record<string, unknown>, string | null]>([
  [undefined, { id: 'x' }, 'x'],
  [undefined, { packageId: 'x' }, null],
  ['package', { packageId: 'x' }, 'x'],
  ['package', { downloadId: 'x' }, 'x'],
  ['media item', { mediaId: 'x' }, 'x'],
  ['media item', { assetId: 'x' }, 'x'],
  ['media item', { mediaAssetId: 'x' }, 'x'],
  ['rendition', { renditionId: 'x' }, 'x'],
  ['transcript', { transcriptId: 'x' }, 'x'],
  ['transcript', { mediaId: 'x' }, null],
  ['package', { id: 'x', packageId: 'y' }, 'x'],
])('as %s, the ID of %j is %j', (kind, value, id) => {
  expect(idOf(value, kind)).toBe(id);
});

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['attributes', { id: 'x', attributes: { a: 1 } }, { id: 'x', attributes: { a: 1 }, a: 1 }],
  ['Attributes', { Id: 'x', Attributes: { A: 1 } }, { Id: 'x', Attributes: { A: 1 }, A: 1 }],
  ['a source is a field', { id: 'x', source: { a: 1 } }, { id: 'x', source: { a: 1 } }],
  ['_source', { id: 'x', _source: { a: 1 } }, { id: 'x', _source: { a: 1 }, a: 1 }],
  ['item with the same ID', { id: 'x', item: { id: 'x', a: 1 } }, { id: 'x', item: { id: 'x', a: 1 }, a: 1 }],
  ['item with another ID', { id: 'x', item: { id: 'y', a: 1 } }, { id: 'x', item: { id: 'y', a: 1 } }],
  ['a layer that is not an object', { id: 'x', attributes: 'text' }, { id: 'x', attributes: 'text' }],
  [
    'its own fields take precedence',
    { id: 'x', a: 0, attributes: { a: 1 } },
    { id: 'x', a: 0, attributes: { a: 1 } },
  ],
])('fields in a layer: %s', (_name, value, wanted) => {
  expect(withFields(value, 'package')).toEqual(wanted);
});

const LAYERS = ['item', 'data', 'result', 'payload', 'response', 'd', 'node', 'document', 'entity'];

test.each<[Kind, string]>([
  ...['download', 'package', ...LAYERS].map((key): [Kind, string] => ['package', key]),
  ...['media', 'asset', 'mediaAsset', ...LAYERS].map((key): [Kind, string] => ['media item', key]),
  ['rendition', 'rendition'],
  ['transcript', 'transcript'],
])('finds a %s under %s unless the outer object has an ID', (kind, key) => {
  expect(findResource({ [key]: { id: 'x' } }, kind)).toEqual({ id: 'x' });
  expect(findResource({ id: 'y', [key]: { id: 'x' } }, kind)).toMatchObject({ id: 'y' });
  expect(findResource({ [key]: { a: 1 } }, kind)).toMatchObject({ [key]: { a: 1 } });
});

test.each<[Kind, string]>([
  ['package', 'media'],
  ['package', 'asset'],
  ['media item', 'package'],
  ['transcript', 'media'],
  ['rendition', 'media'],
])('a %s does not include an object under %s, which is a reference', (kind, key) => {
  const value = { status: 'preparing', [key]: { id: 'x' } };
  expect(findResource(value, kind)).toEqual(value);
});
