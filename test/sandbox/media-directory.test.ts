import { mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMediaDirectory } from '../../src/sandbox/library/media-directory.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import {
  call,
  createPackage,
  get,
  listAllMedia,
  makeFile,
  mediumNamed,
  openSandbox,
  transcriptsOf,
  waitForPackage,
} from './conversation.ts';
import { unpack } from './unpack.ts';

const SRT = '1\r\n00:00:01,000 --> 00:00:02,500\r\nGuten <i>Tag</i>\r\n';
const VTT = 'WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Hello\n';

function makeFolder(files: Readonly<Record<string, string>>): string {
  const folder = makeTempFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('a media directory', () => {
  test('replaces the built-in library, with types from extensions and tags from folders', async () => {
    const mediaDirectory = makeFolder({
      'film.mp4': 'film',
      'sound.MP3': 'sound',
      'news/2025/picture.jpeg': 'picture',
      'news/paper.pdf': 'paper',
      'data.bin': 'data',
      '.hidden.mp4': 'hidden',
      '.git/config.txt': 'hidden',
    });
    const sandbox = await openSandbox([], { mediaDirectory });
    const media = await listAllMedia(sandbox);
    expect(
      media.map(({ name, type, tags, renditions }) => [name, type, tags, renditions?.[0]?.mimeType]),
    ).toEqual([
      ['data', 'document', [], 'application/octet-stream'],
      ['film', 'video', [], 'video/mp4'],
      ['sound', 'audio', [], 'audio/mpeg'],
      ['paper', 'document', ['news'], 'application/pdf'],
      ['picture', 'image', ['news', '2025'], 'image/jpeg'],
    ]);
    const again = await openSandbox([], { mediaDirectory });
    expect((await listAllMedia(again)).map(({ id }) => id)).toEqual(media.map(({ id }) => id));
  });

  test('normalizes decomposed names to composed ones', async () => {
    const mediaDirectory = makeFolder({
      'Ku\u0308che/Gru\u0308\u00dfe.mp4': 'film',
      'Ku\u0308che/Gru\u0308\u00dfe.de.srt': SRT,
    });
    const sandbox = await openSandbox([], { mediaDirectory });
    const medium = await mediumNamed(sandbox, 'Gr\u00fc\u00dfe');
    expect(medium.tags).toEqual(['K\u00fcche']);
    expect(await transcriptsOf(sandbox, medium)).toMatchObject([{ languageCode: 'de' }]);
  });

  test('uses subtitles next to a media file as its transcripts', async () => {
    const mediaDirectory = makeFolder({
      'film.mp4': 'film',
      'film.srt': SRT,
      'film.de.srt': SRT,
      'film.de.txt': 'not this one',
      'film.en-v2.VTT': VTT,
      'film.plain.txt': 'One\n\nTwo\n',
      'films.txt': 'a text of its own',
      'orphan.srt': SRT,
      'film2.mp4': 'another film',
    });
    const sandbox = await openSandbox([], { mediaDirectory });
    expect((await listAllMedia(sandbox)).map(({ name }) => name)).toEqual(['film', 'film2', 'films']);
    const film = await mediumNamed(sandbox, 'film');
    const transcripts = await transcriptsOf(sandbox, film);
    expect(transcripts.map(({ languageCode }) => languageCode).toSorted()).toEqual([
      'de',
      'en-v2',
      'plain',
      'und',
    ]);
    expect(await transcriptsOf(sandbox, await mediumNamed(sandbox, 'film2'))).toEqual([]);

    const { url } = await makeFile(sandbox, {
      selectedMediaIds: [film.id],
      selectedTranscripts: transcripts.flatMap(({ id }) =>
        ['txt', 'srt', 'json'].map((format) => ({ id, format })),
      ),
    });
    const entries = await unpack((await get(sandbox, url)).bytes);
    const text = (name: string) => entries.get(`film/${name}`)?.bytes.toString();
    expect(entries.size).toBe(13);
    expect(text('film.mp4')).toBe('film');
    expect(text('film.de.txt')).toBe('Guten Tag\n');
    expect(text('film.de.srt')).toBe('1\n00:00:01,000 --> 00:00:02,500\nGuten Tag\n');
    expect(text('film.en.txt')).toBe('Anna: Hello\n');
    expect(text('film.plain.srt')).toBe(
      '1\n00:00:00,000 --> 00:00:03,000\nOne\n\n2\n00:00:03,000 --> 00:00:06,000\nTwo\n',
    );
    expect(JSON.parse(text('film.und.json') ?? '')).toMatchObject({
      languageCode: 'und',
      cues: [{ start: 1, end: 2.5 }],
    });
  });

  test('gives media of the same name distinct folders', async () => {
    const mediaDirectory = makeFolder({ 'a/Same.txt': 'one', 'b/same.txt': 'two', 'c/Same.md': 'three' });
    const sandbox = await openSandbox([], { mediaDirectory });
    const media = await listAllMedia(sandbox);
    const { url } = await makeFile(sandbox, { selectedMediaIds: media.map(({ id }) => id) });
    expect([...(await unpack((await get(sandbox, url)).bytes)).keys()]).toEqual([
      'Same/Same.txt',
      'same (2)/same (2).txt',
      'Same (3)/Same (3).md',
    ]);
  });

  test('does not follow links', async () => {
    const outside = makeFolder({ 'secret.mp4': 'secret' });
    const mediaDirectory = makeFolder({ 'film.mp4': 'film' });
    symlinkSync(join(outside, 'secret.mp4'), join(mediaDirectory, 'secret.mp4'));
    symlinkSync(outside, join(mediaDirectory, 'outside'));
    symlinkSync(join(outside, 'secret.mp4'), join(mediaDirectory, 'film.srt'));
    symlinkSync(mediaDirectory, join(mediaDirectory, 'loop'));
    const sandbox = await openSandbox([], { mediaDirectory });
    expect((await listAllMedia(sandbox)).map(({ name }) => name)).toEqual(['film']);
    expect(await transcriptsOf(sandbox, await mediumNamed(sandbox, 'film'))).toEqual([]);
  });

  test('does not follow a link that replaced a file', async () => {
    const outside = makeFolder({ 'secret.mp4': 'secret' });
    const mediaDirectory = makeFolder({ 'film.mp4': 'film' });
    const sandbox = await openSandbox([], { mediaDirectory });
    const { id, renditions } = await mediumNamed(sandbox, 'film');
    const { url } = await makeFile(sandbox, { selectedRenditionIds: [renditions?.[0]?.id] });
    renameSync(join(mediaDirectory, 'film.mp4'), join(mediaDirectory, 'moved'));
    symlinkSync(join(outside, 'secret.mp4'), join(mediaDirectory, 'film.mp4'));
    expect((await get(sandbox, url)).bytes.toString()).not.toContain('secret');
    const stored = await createPackage(sandbox, { selectedMediaIds: [id] });
    const { status } = await waitForPackage(sandbox, stored.id, (item) => item.status !== 'preparing');
    expect(status).toBe('failed');
  });

  test.each([
    [2 ** 24, 'ready'],
    [2 ** 24 + 1, 'failed'],
  ])('a transcript of %i bytes makes the package %s', async (sizeBytes, wanted) => {
    const mediaDirectory = makeFolder({ 'film.mp4': 'film', 'film.txt': '' });
    truncateSync(join(mediaDirectory, 'film.txt'), sizeBytes);
    const sandbox = await openSandbox([], { mediaDirectory });
    const film = await mediumNamed(sandbox, 'film');
    const selectedTranscripts = (await transcriptsOf(sandbox, film)).map(({ id }) => ({ id, format: 'txt' }));
    const stored = await createPackage(sandbox, { selectedTranscripts });
    const { status } = await waitForPackage(sandbox, stored.id, (item) => item.status !== 'preparing');
    expect(status).toBe(wanted);
  });

  test('may be empty', async () => {
    const sandbox = await openSandbox([], { mediaDirectory: makeTempFolder() });
    expect((await call(sandbox, 'GET', '/media')).body.data).toEqual([]);
  });

  test('may contain an empty file', async () => {
    const sandbox = await openSandbox([], { mediaDirectory: makeFolder({ 'empty.mp4': '' }) });
    const { renditions } = await mediumNamed(sandbox, 'empty');
    const { url, size } = await makeFile(sandbox, { selectedRenditionIds: [renditions?.[0]?.id] });
    expect(size).toBe(0);
    const { status, headers, bytes } = await get(sandbox, url);
    expect([status, headers['content-length'], bytes.length]).toEqual([200, '0', 0]);
    expect((await get(sandbox, url, { range: 'bytes=0-' })).status).toBe(416);
  });

  test.each(['missing', 'file.txt'])('must be a folder: %s', (name) => {
    const folder = makeFolder({ 'file.txt': '' });
    expect(() => readMediaDirectory(join(folder, name))).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('must be readable, and names unreadable folders below it', () => {
    const folder = makeFolder({ 'film.mp4': 'film', 'below/film.mp4': 'film' });
    let unreadable = join(folder, 'below');
    replaceDiskCall('readdirSync', (real, [path, options]) => {
      if (path === unreadable) throw systemError('EACCES');
      return real(path, options);
    });
    const skipped: string[] = [];
    const read = () => readMediaDirectory(folder, (path, reason) => skipped.push(`${path}: ${reason}`));
    expect(read().media).toHaveLength(1);
    expect(skipped).toEqual([`${unreadable}: permission denied`]);
    unreadable = folder;
    expect(read).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: `cannot read the folder ${JSON.stringify(folder)}: permission denied`,
        details: { hint: 'check its permissions, or omit --media-dir for the built-in library' },
      }),
    );
  });
});
