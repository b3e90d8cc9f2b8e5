import { expect, test } from 'vitest';
import {
  createNamePlan,
  type ListedMediaItem,
  type PlannedTranscript,
} from '../../src/transcripts/name-plan.ts';
import { parseNameTemplate } from '../../src/transcripts/transcript-name.ts';

const item = { name: 'Talk', created: '2025-01-07T00:00:00.000Z', type: 'video' };
const medium = (id: string, transcripts: readonly string[], known: ListedMediaItem['item'] = item) => ({
  id,
  item: known,
  transcripts: transcripts.map((transcript) => ({ id: transcript, languageCode: 'de' })),
});

function plan(template?: string, formats: readonly ('srt' | 'vtt')[] = ['srt']) {
  return createNamePlan(parseNameTemplate(template), { formats, speakers: false });
}
const none = () => false;
const namesOf = (planned: readonly PlannedTranscript[]) =>
  planned.map(({ components }) => components.join('/'));

test('plans each transcript once per format, with all its metadata', () => {
  const names = plan('{created}/{type}/{title}-{id}.{language}', ['srt', 'vtt']);
  const { planned, unplanned, knownCount } = names.add([medium('m', ['t', 't'])], none);
  expect(planned[0]).toEqual({
    mediaId: 'm',
    title: 'Talk',
    transcriptId: 't',
    language: 'de',
    format: 'srt',
    speakers: false,
    components: ['2025-01-07', 'video', 'talk-t.de.srt'],
  });
  expect(namesOf(planned)).toEqual(['2025-01-07/video/talk-t.de.srt', '2025-01-07/video/talk-t.de.vtt']);
  expect([unplanned, knownCount]).toEqual([[], 0]);
  expect(names.add([medium('other', ['t'])], none).planned).toEqual([]);
});

test('uses placeholders for a media item that the service does not show', () => {
  const { planned } = plan('{created}/{type}/{title}-{id}').add([medium('m', ['t'], null)], none);
  expect([planned[0]?.title, ...namesOf(planned)]).toEqual([null, 'undated/unknown/untitled-t.srt']);
});

test('counts known transcripts without planning them', () => {
  const isKnown = ({ transcriptId }: PlannedTranscript) => transcriptId === 'a';
  const { planned, knownCount } = plan().add([medium('m', ['a', 'b'])], isKnown);
  expect([namesOf(planned), knownCount]).toEqual([['talk-b.de.srt'], 1]);
});

test('rejects equal names without an ID, also those of known transcripts', () => {
  const refusal = { code: 'USAGE', message: '--name needs {id} or {id8}: 2 files would be talk.srt' };
  expect(() => plan('{title}').add([medium('m', ['a', 'b'])], none)).toThrow(
    expect.objectContaining({ ...refusal, details: { id: 'b' } }),
  );
  const isKnown = ({ transcriptId }: PlannedTranscript) => transcriptId === 'a';
  expect(() => plan('{title}').add([medium('m', ['a', 'b'])], isKnown)).toThrow(
    expect.objectContaining(refusal),
  );
  expect(plan('{title}').add([medium('m', ['a'])], isKnown)).toEqual({
    planned: [],
    unplanned: [],
    knownCount: 1,
  });
});

test('reports IDs that differ only by case, and plans the others', () => {
  const { planned, unplanned } = plan('{id}').add([medium('m', ['a', 'A', 'b'])], none);
  expect(namesOf(planned)).toEqual(['a.srt', 'b.srt']);
  expect(unplanned).toMatchObject([
    {
      transcript: { transcriptId: 'A', components: [] },
      error: {
        code: 'EXISTS',
        message: 'transcripts a and A would both be saved as A.srt',
        details: {
          id: 'A',
          hint: 'use {id} in --name, or download one of them with -t to another folder',
        },
      },
    },
  ]);
});
