import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DownloadPackage } from '../../src/api/wire.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import {
  call,
  createPackage,
  get,
  listAllMedia,
  makeFile,
  mediumNamed,
  openSandbox,
  send,
  transcriptsOf,
  waitForPackage,
} from './conversation.ts';
import { unpack } from './unpack.ts';

async function everything(sandbox: Sandbox): Promise<object> {
  const media = await listAllMedia(sandbox);
  const welcome = await mediumNamed(sandbox, 'Welcome to Streamdiver');
  const transcripts = await transcriptsOf(sandbox, welcome);
  return {
    title: 'Everything: Grüße',
    description: 'all there is',
    selectedMediaIds: media.map(({ id }) => id),
    selectedRenditionIds: welcome.renditions?.map(({ id }) => id),
    selectedTranscripts: transcripts.flatMap(({ id }) =>
      ['txt', 'srt', 'json'].map((format) => ({ id, format })),
    ),
  };
}

describe('a package', () => {
  test('is preparing first, then ready with one archive', async () => {
    const sandbox = await openSandbox([], { prepareMs: 150 });
    const body = await everything(sandbox);
    const created = await call<DownloadPackage>(sandbox, 'POST', '/downloads', { body });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      status: 'success',
      data: {
        id: expect.any(String),
        status: 'preparing',
        compressed: true,
        title: 'Everything: Grüße',
        description: 'all there is',
        created: expect.stringMatching(/Z$/),
        expires: expect.stringMatching(/Z$/),
      },
    });
    const { id } = created.body.data;
    expect(created.headers.location).toBe(`${sandbox.apiUrl}/downloads/${id}`);
    const before = await call<DownloadPackage>(sandbox, 'GET', `/downloads/${id}`);
    expect([before.body.data.status, before.body.data.files]).toEqual(['preparing', undefined]);
    await waitForPackage(sandbox, id);
    const after = await call<DownloadPackage>(sandbox, 'GET', `/downloads/${id}`);
    expect(after.body.data).toEqual({
      ...created.body.data,
      status: 'ready',
      files: [
        {
          url: expect.stringMatching(new RegExp(`^${sandbox.apiUrl}/downloads/file/[0-9a-f]{32}$`)),
          size: expect.any(Number),
          mimeType: 'application/zip',
        },
      ],
    });
  });

  test('is a valid archive with stored media, deflated transcripts, and documented names', async () => {
    const sandbox = await openSandbox();
    const { url, size } = await makeFile(sandbox, await everything(sandbox));
    const { bytes } = await get(sandbox, url);
    expect(bytes.length).toBe(size);
    const entries = await unpack(bytes);
    // 12 media items, two more renditions of the first one, three transcripts in three formats.
    expect(entries.size).toBe(23);
    const methods = Object.fromEntries([...entries].map(([name, { method }]) => [name, method]));
    expect(methods).toMatchObject({
      'Welcome to Streamdiver/Welcome to Streamdiver.mp4': 0,
      'Welcome to Streamdiver/Welcome to Streamdiver (360p).mp4': 0,
      'Welcome to Streamdiver/Welcome to Streamdiver (audio only).wav': 0,
      'Welcome to Streamdiver/Welcome to Streamdiver.de.srt': 8,
      'Welcome to Streamdiver/Welcome to Streamdiver.translate-en.json': 8,
      'Grüße aus Graz/Grüße aus Graz.mp4': 0,
      'Demo_ search & filter/Demo_ search & filter.mp4': 0,
    });
    const subtitles = entries.get('Welcome to Streamdiver/Welcome to Streamdiver.de.srt');
    expect(subtitles?.bytes.toString()).toContain('Ben: Schön, dass Sie da sind!');
    expect(entries.get('Jingle/Jingle.wav')?.bytes.length).toBe(16_044);

    // Dates come from the media, so the same selection always gives the same archive.
    expect(entries.get('Jingle/Jingle.wav')?.modified).toEqual(new Date('2025-05-09T06:00:00Z'));
    const path = join(makeTempFolder(), 'package.zip');
    writeFileSync(path, bytes);
    const { status, error } = spawnSync('unzip', ['-tq', path]);
    expect(error === undefined ? status : 0).toBe(0);
  });

  test('is the same archive for the same selection', async () => {
    const sandbox = await openSandbox();
    const hashes = [];
    for (let count = 0; count < 2; count += 1) {
      const { url } = await makeFile(sandbox, await everything(sandbox));
      const { bytes } = await get(sandbox, url);
      hashes.push(createHash('sha256').update(bytes).digest('hex'));
    }
    expect(hashes[0]).toBe(hashes[1]);
  });

  test('with a single rendition is that file', async () => {
    const sandbox = await openSandbox();
    const { renditions } = await mediumNamed(sandbox, 'Cover picture');
    const created = await createPackage(sandbox, { selectedRenditionIds: [renditions?.[0]?.id] });
    const { compressed, files } = await waitForPackage(sandbox, created.id);
    expect([created.compressed, compressed]).toEqual([false, false]);
    expect(files).toEqual([{ url: expect.any(String), size: renditions?.[0]?.size, mimeType: 'image/png' }]);
    const { headers } = await get(sandbox, files?.[0]?.url ?? '');
    expect(headers['content-disposition']).toContain('filename="Cover picture.png"');
  });

  test('is named after its title', async () => {
    const sandbox = await openSandbox();
    const { url } = await makeFile(sandbox, await everything(sandbox));
    const { headers } = await get(sandbox, url, {}, { method: 'HEAD' });
    expect(headers['content-disposition']).toBe(
      `attachment; filename="Everything_ Gr__e.zip"; filename*=UTF-8''Everything_%20Gr%C3%BC%C3%9Fe.zip`,
    );
  });

  test('contains no duplicates', async () => {
    const sandbox = await openSandbox();
    const { id, renditions } = await mediumNamed(sandbox, 'Logo');
    const { url } = await makeFile(sandbox, {
      selectedMediaIds: [id, id],
      selectedRenditionIds: [renditions?.[0]?.id],
    });
    expect([...(await unpack((await get(sandbox, url)).bytes)).keys()]).toEqual(['Logo/Logo.png']);
  });

  test('is listed newest first, in pages', async () => {
    const sandbox = await openSandbox();
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.unshift((await createPackage(sandbox)).id);
    const list = async (query: string) =>
      (await call<DownloadPackage[]>(sandbox, 'GET', `/downloads?${query}`)).body.data.map(({ id }) => id);
    expect(await list('perPage=10&page=0')).toEqual(ids);
    expect(await list('perPage=2&page=1')).toEqual(ids.slice(2));
    expect(await list('perPage=2&page=2')).toEqual([]);
    // The spelling of the other lists is an unknown parameter here.
    expect(await list('perpage=1')).toEqual(ids);
    expect((await call(sandbox, 'GET', '/downloads?perPage=51')).status).toBe(400);
  });

  test('is deleted together with its file', async () => {
    const sandbox = await openSandbox();
    const { id } = await createPackage(sandbox);
    const { files } = await waitForPackage(sandbox, id);
    const deleted = await call(sandbox, 'DELETE', `/downloads/${id}`);
    expect([deleted.status, deleted.body]).toEqual([200, { status: 'success', data: null }]);
    expect((await call(sandbox, 'GET', `/downloads/${id}`)).status).toBe(404);
    expect((await call(sandbox, 'DELETE', `/downloads/${id}`)).status).toBe(404);
    expect((await get(sandbox, files?.[0]?.url ?? '')).status).toBe(404);
    expect((await call(sandbox, 'GET', '/downloads')).body.data).toEqual([]);
  });

  test('can be deleted while it is preparing', async () => {
    const sandbox = await openSandbox('never-ready');
    const { id } = await createPackage(sandbox);
    expect((await call(sandbox, 'DELETE', `/downloads/${id}`)).status).toBe(200);
    expect((await call(sandbox, 'GET', `/downloads/${id}`)).status).toBe(404);
  });

  test('returns 410 after it expires, and is no longer listed', async () => {
    const sandbox = await openSandbox([], { tenantExpiryMs: 2_000 });
    const { id } = await createPackage(sandbox);
    const { files } = await waitForPackage(sandbox, id);
    await new Promise((resolve) => setTimeout(resolve, 2_050));
    expect((await call(sandbox, 'GET', `/downloads/${id}`)).status).toBe(410);
    expect((await call(sandbox, 'DELETE', `/downloads/${id}`)).status).toBe(410);
    expect((await get(sandbox, files?.[0]?.url ?? '')).status).toBe(410);
    expect((await call(sandbox, 'GET', '/downloads')).body.data).toEqual([]);
  });

  test('expires at the time in the request', async () => {
    const sandbox = await openSandbox();
    const { id } = await mediumNamed(sandbox, 'Logo');
    const body = { selectedMediaIds: [id], expires: '2099-12-31T23:59:59Z' };
    expect(await createPackage(sandbox, body)).toMatchObject({ expires: '2099-12-31T23:59:59Z' });
  });
});

describe('POST /downloads rejects', () => {
  test.each([
    [{}, { selectedMediaIds: expect.stringContaining('at least one') }],
    [{ selectedMediaIds: [] }, { selectedMediaIds: expect.stringContaining('at least one') }],
    [{ selectedMediaIds: ['nobody', '__proto__'] }, { selectedMediaIds: 'unknown: nobody, __proto__' }],
    [{ selectedMediaIds: 'one' }, { selectedMediaIds: 'must be an array of IDs' }],
    [{ selectedRenditionIds: [1] }, { selectedRenditionIds: 'must be an array of IDs' }],
    [{ selectedTranscripts: [{ id: 'x', format: 'srt' }] }, { selectedTranscripts: 'unknown: x' }],
    [{ selectedTranscripts: [null] }, { selectedTranscripts: 'each item requires an ID' }],
    [{ selectedTranscripts: {} }, { selectedTranscripts: 'must be an array of {id, format}' }],
    [
      { title: 1, expires: 'soon' },
      { title: 'must be a string', expires: expect.stringContaining('UTC') },
    ],
    [{ expires: '2020-01-01T00:00:00Z' }, { expires: 'must be in the future' }],
    [{ expires: '2099-02-30T00:00:00Z' }, { expires: expect.stringContaining('UTC') }],
    [{ expires: '2099-01-01T00:00:00+02:00' }, { expires: expect.stringContaining('UTC') }],
    [{ expires: 1 }, { expires: expect.stringContaining('UTC') }],
  ])('%j', async (body, data) => {
    const answer = await call(await openSandbox(), 'POST', '/downloads', { body });
    expect([answer.status, answer.body]).toEqual([400, { status: 'fail', data }]);
  });

  test.each(['vtt', 'docx', undefined])('a transcript as %s', async (format) => {
    const sandbox = await openSandbox();
    const [transcript] = await transcriptsOf(sandbox, await mediumNamed(sandbox, 'Welcome to Streamdiver'));
    const body = { selectedTranscripts: [{ id: transcript?.id, format }] };
    const answer = await call(sandbox, 'POST', '/downloads', { body });
    expect(answer.body.data).toEqual({ selectedTranscripts: 'format must be one of txt, srt, json' });
  });

  test.each([
    ['application/json', '{"selectedMediaIds":', 400],
    ['application/json', '[]', 400],
    ['application/json', 'null', 400],
    ['text/plain', '{}', 415],
    ['application/json', ' '.repeat(1024 * 1024 + 1), 413],
  ])('an invalid body of type %s', async (contentType, body, status) => {
    const sandbox = await openSandbox();
    const answer = await send(`${sandbox.apiUrl}/downloads`, {
      method: 'POST',
      headers: { 'content-type': contentType, authorization: `Bearer ${sandbox.token}` },
      body,
    });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.bytes.toString())).toMatchObject({
      status: 'fail',
      message: expect.any(String),
    });
    expect((await call(sandbox, 'GET', '/downloads')).body.data).toEqual([]);
  });
});

describe('without a token', () => {
  test('one rendition can be downloaded by anyone who knows the ID', async () => {
    const sandbox = await openSandbox();
    const { renditions } = await mediumNamed(sandbox, 'Jingle');
    const { id } = await createPackage(sandbox, { selectedRenditionIds: [renditions?.[0]?.id] }, {});
    const { files } = await waitForPackage(sandbox, id, undefined, {});
    const { status, bytes } = await send(files?.[0]?.url ?? '');
    expect([status, bytes.length]).toEqual([200, 16_044]);
    expect((await call(sandbox, 'GET', '/downloads')).body.data).toEqual([]);
  });

  test('nothing else can be requested', async () => {
    const sandbox = await openSandbox();
    const { id, renditions = [] } = await mediumNamed(sandbox, 'Welcome to Streamdiver');
    const [transcript] = await transcriptsOf(sandbox, await mediumNamed(sandbox, 'Welcome to Streamdiver'));
    const answers = [];
    for (const body of [
      { selectedMediaIds: [id] },
      { selectedRenditionIds: renditions.map((rendition) => rendition.id) },
      { selectedTranscripts: [{ id: transcript?.id, format: 'srt' }] },
    ]) {
      const answer = await call<object>(sandbox, 'POST', '/downloads', { body, headers: {} });
      answers.push([answer.status, ...Object.keys(answer.body.data)]);
    }
    expect(answers).toEqual([
      [403, 'selectedMediaIds'],
      [403, 'selectedRenditionIds'],
      [403, 'selectedTranscripts'],
    ]);
  });

  test('packages and files of a user are not accessible', async () => {
    const sandbox = await openSandbox();
    const { id } = await createPackage(sandbox);
    const { files } = await waitForPackage(sandbox, id);
    expect((await call(sandbox, 'GET', `/downloads/${id}`, { headers: {} })).status).toBe(404);
    expect((await send(files?.[0]?.url ?? '')).status).toBe(401);
  });
});
