import { expect, test } from 'vitest';
import { parseMediaItem } from '../../src/api/media.ts';
import { checkMedia } from '../../src/media-selection/check-media.ts';

const medium = (fields: object) => parseMediaItem({ id: 'm1', ...fields }, () => {});
const typed = (type: string) => medium({ type });
const tagged = (...tags: string[]) => medium({ tags });
const silent = medium({});

/** Whether each item is wanted, and the probes sent to a service that does or does not ignore the filter. */
async function check(
  wanted: { type?: string; tag?: string },
  media: readonly ReturnType<typeof parseMediaItem>[],
  ignoresFilter = false,
) {
  const tried: unknown[] = [];
  const { isWanted, finish } = checkMedia({ type: null, tag: null, ...wanted });
  const answers = media.map(isWanted);
  const end: unknown = await finish(async (change) => {
    tried.push(change);
    return ignoresFilter;
  }).catch((error: unknown) => error);
  return { answers, end, tried };
}

const ignored = (message: string, hint: string) =>
  expect.objectContaining({ code: 'BAD_RESPONSE', message, details: { hint } });

test('matches the type and tags of media items, ignoring case', async () => {
  expect(await check({ type: 'VIDEO' }, [typed('video'), typed('audio')])).toEqual({
    answers: [true, false],
    end: undefined,
    tried: [],
  });
  expect((await check({ tag: 'News' }, [tagged('a', 'NEWS'), tagged(), tagged('new')])).answers).toEqual([
    true,
    false,
    false,
  ]);
  const both = [medium({ type: 'video', tags: ['a'] }), medium({ type: 'video', tags: [] }), tagged('a')];
  expect((await check({ type: 'video', tag: 'a' }, both)).answers).toEqual([true, false, true]);
});

test('accepts all media without filters and sends no probe', async () => {
  expect(await check({}, [silent, typed('odd')])).toEqual({
    answers: [true, true],
    end: undefined,
    tried: [],
  });
});

test('accepts media without the field if one probe shows that the service filters', async () => {
  const { answers, end, tried } = await check({ tag: 'a' }, [silent, silent, tagged('a')]);
  expect([answers, end]).toEqual([[true, true, true], undefined]);
  expect(tried).toEqual([{ tag: expect.stringMatching(/^no-such-value-/) }]);
});

test('rejects media without the field if the service ignores the filter', async () => {
  const { end, tried } = await check({ type: 'video' }, [silent], true);
  expect(tried).toHaveLength(1);
  expect(end).toEqual(
    ignored('the service ignores --type, and 1 media item has no type to check', 'omit --type'),
  );
});

test('an item that does not match shows without a probe that the filter is ignored', async () => {
  const { answers, end, tried } = await check({ tag: 'a' }, [silent, tagged('b'), silent]);
  expect([answers, tried]).toEqual([[true, false, true], []]);
  expect(end).toEqual(
    ignored('the service ignores --tag, and 2 media items have no tag to check', 'omit --tag'),
  );
});

test('checks each filter separately', async () => {
  const { end, tried } = await check({ type: 'video', tag: 'a' }, [tagged('a'), typed('video')], true);
  expect(end).toMatchObject({ message: expect.stringContaining('--type, and 1 media item has') });
  expect(tried).toEqual([{ type: expect.any(String) }]);
  const second = await check({ type: 'video', tag: 'a' }, [
    medium({ type: 'audio', tags: ['b'] }),
    typed('video'),
  ]);
  expect(second.end).toMatchObject({ message: expect.stringContaining('--tag, and 1 media item has') });
});
