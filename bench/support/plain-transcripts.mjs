// The comparison for bench/transcripts.mjs: undici with 8 connections, which lists all transcripts, and saves them
// unless `lists` is given. Without checks and retries.
//   node plain-transcripts.mjs FOLDER FORMAT,… [lists]
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Agent, request } from 'undici';

const PARALLEL = 8;
const { STREAMDIVER_API_URL, STREAMDIVER_TOKEN } = process.env;
const [folder, formats, mode] = process.argv.slice(2);
const dispatcher = new Agent({ connections: PARALLEL });
const headers = { authorization: `Bearer ${STREAMDIVER_TOKEN}` };

const media = await allPages('/media');
const transcripts = [];
await each(media, async ({ id }) => {
  const prefix = `/media/${id}/metadata/transcripts`;
  for (const transcript of await allPages(prefix)) {
    for (const format of formats.split(',')) {
      const target = `${prefix}/${transcript.id}/download?transcriptDownloadType=${format}`;
      transcripts.push({ target, file: path.join(folder, `${transcript.id}.${format}`) });
    }
  }
});
if (mode !== 'lists') {
  await each(transcripts, async ({ target, file }) => {
    await writeFile(file, Buffer.from(await (await get(target)).arrayBuffer()));
  });
}
await dispatcher.close();

async function get(target) {
  return (await request(STREAMDIVER_API_URL + target, { dispatcher, headers })).body;
}

/** Reads until an empty page, as the program does. */
async function allPages(target) {
  const items = [];
  for (let page = 0; ; page += 1) {
    const { data } = await (await get(`${target}?page=${page}&perpage=50`)).json();
    const known = new Set(items.map(({ id }) => id));
    const more = data.filter(({ id }) => !known.has(id));
    if (more.length === 0) return items;
    items.push(...more);
  }
}

async function each(items, work) {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
