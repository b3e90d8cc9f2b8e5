import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { MediaAsset } from '../../src/api/wire.ts';
import {
  call,
  get,
  listAllMedia,
  makeFile,
  mediumNamed,
  openSandbox,
  transcriptsOf,
} from './conversation.ts';
import { unpack } from './unpack.ts';

describe('GET /media', () => {
  test('returns ten items per page and an empty page after the last', async () => {
    const sandbox = await openSandbox();
    const sizes = [];
    for (const page of [0, 1, 2]) {
      sizes.push((await call<MediaAsset[]>(sandbox, 'GET', `/media?page=${page}`)).body.data.length);
    }
    expect(sizes).toEqual([10, 2, 0]);
  });

  test('returns everything in pages that do not overlap', async () => {
    const sandbox = await openSandbox();
    const ids = [];
    for (const page of [0, 1, 2, 3, 4]) {
      const { body } = await call<MediaAsset[]>(sandbox, 'GET', `/media?page=${page}&perpage=3`);
      ids.push(...body.data.map(({ id }) => id));
    }
    expect(ids).toEqual((await listAllMedia(sandbox)).map(({ id }) => id));
    expect(new Set(ids).size).toBe(12);
  });

  test('adds the requested number of media items, each with two transcripts', async () => {
    const sandbox = await openSandbox([], { moreMedia: 30 });
    expect(await listAllMedia(sandbox)).toHaveLength(42);
    const last = await mediumNamed(sandbox, 'Recording 30');
    expect((await transcriptsOf(sandbox, last)).map(({ languageCode }) => languageCode)).toEqual([
      'de-v2',
      'en-v2',
    ]);
  });

  test('has the same IDs in every sandbox', async () => {
    const one = await listAllMedia(await openSandbox());
    const other = await listAllMedia(await openSandbox());
    expect(one).toEqual(other);
    expect(one.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['video', 'audio', 'image', 'document']),
    );
  });

  test.each([
    ['perpage=51', 'perpage'],
    ['perpage=0', 'perpage'],
    ['perpage=x', 'perpage'],
    ['page=-1', 'page'],
    ['page=1.5', 'page'],
    ['sort=size', 'sort'],
    ['sort=name:up', 'sort'],
    ['sort=name:desc:desc', 'sort'],
    ['filter=name', 'filter'],
    ['filter=colour=red', 'filter'],
    ['filter=toString=red', 'filter'],
  ])('rejects ?%s, naming the field', async (query, field) => {
    const answer = await call(await openSandbox(), 'GET', `/media?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ status: 'fail', data: { [field]: expect.any(String) } });
  });

  test.each([
    ['filter=name=demo', ['Demo: search & filter']],
    ['filter=tags=howto', ['Demo: search & filter', 'Handbook']],
    ['filter=tags=demo%2Btags=howto', ['Demo: search & filter']],
    ['filter=tags%3Dartwork%2Btype%3Dimage', ['Cover picture', 'Logo']],
    ['filter=type=document&sort=name:desc', ['Terms of use', 'Handbook']],
    ['filter=type=document&sort=name', ['Handbook', 'Terms of use']],
    ['filter=type=audio&sort=duration:asc', ['Jingle', 'Podcast 2: subtitles', 'Podcast 1: archives']],
    ['perpage=1&sort=created', ['Welcome to Streamdiver (older cut)']],
    ['filter=name=nothing', []],
    // An unencoded plus is a space, as everywhere in a query.
    ['filter=tags=demo+tags=howto', []],
  ])('?%s', async (query, names) => {
    const { body } = await call<MediaAsset[]>(await openSandbox(), 'GET', `/media?${query}`);
    expect(body.data.map(({ name }) => name)).toEqual(names);
  });
});

describe('GET /media/{id}', () => {
  test('returns one media item as in the list', async () => {
    const sandbox = await openSandbox();
    const medium = await mediumNamed(sandbox, 'Grüße aus Graz');
    expect((await call(sandbox, 'GET', `/media/${medium.id}`)).body.data).toEqual(medium);
    expect(medium.renditions?.map(({ name }) => name)).toEqual(['original', '360p', 'audio only']);
  });

  test.each(['unknown', '__proto__', 'toString', '%F0%9F%92%A9'])('returns 404 for %s', async (id) => {
    expect((await call(await openSandbox(), 'GET', `/media/${id}`)).status).toBe(404);
  });
});

describe('GET /search', () => {
  test('finds media by name, ignoring case', async () => {
    const sandbox = await openSandbox();
    const { body } = await call<MediaAsset[]>(sandbox, 'GET', '/search?type=mediaasset&text=WELCOME');
    expect(body.data.map(({ name }) => name)).toEqual([
      'Welcome to Streamdiver',
      'Welcome to Streamdiver (older cut)',
    ]);
  });

  test.each([
    ['a name', 'postcard', ['Grüße aus Graz']],
    ['a description', 'GRADIENT', ['Cover picture', 'Logo']],
    ['a tag', 'Howto', ['Demo: search & filter', 'Handbook']],
    ['nothing', 'nowhere', []],
  ])('finds media by %s, ignoring case', async (_where, text, names) => {
    const sandbox = await openSandbox();
    const { body } = await call<MediaAsset[]>(sandbox, 'GET', `/search?type=mediaasset&text=${text}`);
    expect(body.data.map(({ name }) => name)).toEqual(names);
  });

  test('finds speakers and channels', async () => {
    const sandbox = await openSandbox();
    const found = async (query: string) =>
      (await call<MediaAsset[]>(sandbox, 'GET', `/search?type=mediaasset&${query}`)).body.data.map(
        ({ name }) => name,
      );
    expect(await found('speakers=clara')).toEqual(['Podcast 1: archives', 'Podcast 2: subtitles']);
    expect(await found('speakers=Clara,Anna')).toEqual([]);
    expect(await found('channelId=podcast&text=jingle')).toEqual(['Jingle']);
    expect(await found('channelId=nobody')).toEqual([]);
  });

  test('requires the type', async () => {
    const answer = await call(await openSandbox(), 'GET', '/search?text=welcome');
    expect(answer.status).toBe(400);
    expect(answer.body.data).toEqual({ type: 'must be mediaasset' });
  });
});

describe('transcripts', () => {
  test('are listed with the language codes of the tenant', async () => {
    const sandbox = await openSandbox();
    const transcripts = await transcriptsOf(sandbox, await mediumNamed(sandbox, 'Welcome to Streamdiver'));
    expect(transcripts.map(({ languageCode }) => languageCode)).toEqual([
      'de-v2',
      'en-v2',
      'translate-en-v2',
    ]);
    expect(await transcriptsOf(sandbox, await mediumNamed(sandbox, 'Logo'))).toEqual([]);
  });

  test.each([
    ['txt', 'text/plain; charset=utf-8', /^Anna: Willkommen bei Streamdiver\.\n/],
    ['srt', 'application/x-subrip; charset=utf-8', /^1\n00:00:00,000 --> 00:00:00,900\nAnna: /],
    ['vtt', 'text/vtt; charset=utf-8', /^WEBVTT\n\n00:00:00\.000 --> 00:00:00\.900\n<v Anna>/],
    ['json', 'application/json', /"speaker": "Anna"/],
  ])('can be downloaded as %s', async (format, mimeType, text) => {
    const sandbox = await openSandbox();
    const medium = await mediumNamed(sandbox, 'Welcome to Streamdiver');
    const [transcript] = await transcriptsOf(sandbox, medium);
    const path = `/media/${medium.id}/metadata/transcripts/${transcript?.id}/download`;
    const url = `${sandbox.apiUrl}${path}?transcriptDownloadType=${format}`;
    const answer = await get(sandbox, url);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe(mimeType);
    expect(answer.bytes.toString()).toMatch(text);
    expect(answer.headers['content-disposition']).toContain(`Welcome to Streamdiver.de-v2.${format}`);
    const bare = await get(sandbox, `${url}&omitSpeakerLabels=true`);
    expect(bare.bytes.toString()).not.toContain('Anna');
    expect(bare.bytes.toString()).toContain('Willkommen');
  });

  test.each(['pdf', ''])('cannot be downloaded as %j', async (format) => {
    const sandbox = await openSandbox();
    const medium = await mediumNamed(sandbox, 'Welcome to Streamdiver');
    const [transcript] = await transcriptsOf(sandbox, medium);
    const path = `/media/${medium.id}/metadata/transcripts/${transcript?.id}/download?transcriptDownloadType=${format}`;
    const answer = await call(sandbox, 'GET', path);
    expect(answer.status).toBe(400);
    expect(answer.body.data).toEqual({ transcriptDownloadType: expect.any(String) });
  });

  test('can be downloaded as docx, always with the same bytes', async () => {
    const sandbox = await openSandbox();
    const medium = await mediumNamed(sandbox, 'Welcome to Streamdiver');
    const [transcript] = await transcriptsOf(sandbox, medium);
    const path = `/media/${medium.id}/metadata/transcripts/${transcript?.id}/download`;
    const url = `${sandbox.apiUrl}${path}?transcriptDownloadType=docx`;
    const answer = await get(sandbox, url);
    expect(answer.status).toBe(200);
    const entries = await unpack(answer.bytes);
    expect([...entries.keys()]).toEqual(['[Content_Types].xml', '_rels/.rels', 'word/document.xml']);
    const text = entries.get('word/document.xml')?.bytes.toString();
    expect(text).toContain('<w:t xml:space="preserve">Anna: Willkommen bei Streamdiver.</w:t>');
    expect(text).toContain('Untertitel &amp; Texte');
    expect((await get(sandbox, url)).bytes.equals(answer.bytes)).toBe(true);
    const bare = await unpack((await get(sandbox, `${url}&omitSpeakerLabels=true`)).bytes);
    expect(bare.get('word/document.xml')?.bytes.toString()).not.toContain('Anna');
  });

  test('are running or late for the time that a fault sets', async () => {
    const listOf = async (fault: string) => {
      const sandbox = await openSandbox(fault);
      const medium = await mediumNamed(sandbox, 'Welcome to Streamdiver');
      const { body } = await call<{ status: string }>(sandbox, 'GET', `/media/${medium.id}/metadata`);
      return [body.data.status, (await transcriptsOf(sandbox, medium)).length];
    };
    expect(await listOf('transcribing=1m')).toEqual(['running', 0]);
    expect(await listOf('transcribing=0s')).toEqual(['finished', 3]);
    expect(await listOf('late-transcripts=1m')).toEqual(['finished', 0]);
    expect(await listOf('late-transcripts=0s')).toEqual(['finished', 3]);
  });

  test('are found only with their own media item', async () => {
    const sandbox = await openSandbox();
    const [transcript] = await transcriptsOf(sandbox, await mediumNamed(sandbox, 'Welcome to Streamdiver'));
    const other = await mediumNamed(sandbox, 'Logo');
    const path = `/media/${other.id}/metadata/transcripts/${transcript?.id}/download?transcriptDownloadType=txt`;
    expect((await call(sandbox, 'GET', path)).status).toBe(404);
  });
});

test.each([
  ['Jingle', 'audio/wav', /^RIFF....WAVEfmt /s],
  ['Logo', 'image/png', /^\x89PNG\r\n\x1a\n/],
  ['Handbook', 'application/pdf', /^%PDF-1\.4\n.*%%EOF\n$/s],
  ['Welcome to Streamdiver', 'video/mp4', /^....ftypisom/s],
])('%s is a real file of type %s', async (name, mimeType, start) => {
  const sandbox = await openSandbox();
  const medium = await mediumNamed(sandbox, name);
  const [original] = medium.renditions ?? [];
  const { url, size } = await makeFile(sandbox, { selectedRenditionIds: [original?.id] });
  const { bytes, headers } = await get(sandbox, url);
  expect(headers['content-type']).toBe(mimeType);
  expect(bytes.toString('latin1')).toMatch(start);
  expect([bytes.length, original?.size]).toEqual([size, size]);
});

test('the shipped video stays small', () => {
  const video = readFileSync(new URL('../../assets/sandbox/test-picture.mp4', import.meta.url));
  expect(video.length).toBeLessThan(60_000);
});
