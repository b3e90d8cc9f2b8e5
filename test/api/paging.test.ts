import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectPages } from '../../src/api/paging.ts';

describe('collectPages', () => {
  const collect = async (
    pages: readonly (readonly string[])[],
    limit = Number.POSITIVE_INFINITY,
    firstPage = 0,
  ) => {
    const asked: number[] = [];
    const result = await collectPages(
      async (page) => {
        asked.push(page);
        return { items: (pages[page] ?? []).map((id) => ({ id })) };
      },
      { limit, firstPage, pageSize: 1 },
    );
    return { ids: result.items.map(({ id }) => id), truncated: result.truncated, asked };
  };

  test.each([
    [[], Number.POSITIVE_INFINITY, { ids: [], truncated: false, asked: [0] }],
    [[['a']], 5, { ids: ['a'], truncated: false, asked: [0, 1] }],
    [[['a', 'b'], ['c']], 9, { ids: ['a', 'b', 'c'], truncated: false, asked: [0, 1, 2] }],
    [[['a', 'b'], ['c']], 3, { ids: ['a', 'b', 'c'], truncated: false, asked: [0, 1, 2] }],
    [[['a', 'b'], ['c']], 2, { ids: ['a', 'b'], truncated: true, asked: [0, 1] }],
    [[['a', 'b'], ['c']], 1, { ids: ['a'], truncated: true, asked: [0] }],
    [[['a', 'b'], ['b', 'a'], ['c']], 9, { ids: ['a', 'b', 'c'], truncated: false, asked: [0, 1, 2, 3] }],
    [[['a'], ['a'], ['a'], ['b']], 9, { ids: ['a'], truncated: false, asked: [0, 1, 2] }],
    [[['a', 'b'], ['b', 'c'], []], 9, { ids: ['a', 'b', 'c'], truncated: false, asked: [0, 1, 2] }],
  ])('collects %j up to %d', async (pages, limit, wanted) => {
    expect(await collect(pages, limit)).toEqual(wanted);
  });

  test('starts at firstPage', async () => {
    expect(await collect([['a'], ['b']], 9, 1)).toEqual({ ids: ['b'], truncated: false, asked: [1, 2] });
  });

  test('rejects an endless listing', async () => {
    await expect(
      collectPages(async (page) => ({ items: [{ id: String(page) }] }), { limit: Number.POSITIVE_INFINITY }),
    ).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('returns each ID once, in order, and never more than the limit', async () => {
    const page = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 0, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(page, { maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        async (pages, limit) => {
          const { ids, asked } = await collect(pages, limit);
          const all = [...new Set(pages.flat())];
          expect(ids).toEqual(all.slice(0, ids.length));
          expect(ids.length).toBeLessThanOrEqual(limit);
          expect(asked).toEqual(Array.from({ length: asked.length }, (_, index) => index));
        },
      ),
    );
  });
});
