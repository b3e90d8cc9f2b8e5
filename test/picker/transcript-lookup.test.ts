import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parseMediaItem } from '../../src/api/media.ts';
import { createTranscriptLookup } from '../../src/picker/transcript-lookup.ts';
import { manyMedia } from './library.ts';

const media = manyMedia(9).map((item) => parseMediaItem(item));
const { signal } = new AbortController();

test('looks up each media item once, four at a time, and keeps their order', async () => {
  const requested: string[] = [];
  let running = 0;
  let most = 0;
  const listTranscripts = async (id: string) => {
    requested.push(id);
    running += 1;
    most = Math.max(most, running);
    // The first lookups take longest.
    await delay(20 - 2 * requested.length);
    running -= 1;
    return id === 'm-1' ? null : [{ id: `tr-${id}`, languageCode: null }];
  };
  const findTranscripts = createTranscriptLookup({ listTranscripts } as never, signal);
  const idsOf = async (count: number) => (await findTranscripts(media.slice(0, count))).map(({ id }) => id);
  expect(await idsOf(7)).toEqual(['tr-m-0', 'tr-m-2', 'tr-m-3', 'tr-m-4', 'tr-m-5', 'tr-m-6']);
  expect([most, requested.length]).toEqual([4, 7]);
  expect(await idsOf(9)).toHaveLength(8);
  expect(requested).toEqual(media.map(({ id }) => id));
});
