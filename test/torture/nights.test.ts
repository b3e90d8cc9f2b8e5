import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Answer } from '../support/api/api-script.ts';
import { startApi } from '../support/api/api-server.ts';
import { transcriptText } from '../support/api/default-responses.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { startBinary } from '../support/process/run-binary.ts';
import { makePlace } from '../support/process/run-place.ts';
import { SEED, scaled, TIME_LIMIT } from './scale.ts';

const NIGHTS = scaled({ sample: 9, full: 60 });
const FORMATS = ['vtt', 'srt'];
const LANGUAGES = ['de', 'en', 'fr', 'it'];
const DOWNLOAD = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';
const LIST = 'GET /v2/media/{id}/metadata/transcripts';
/** Longer than one of these runs takes. */
const LONGEST_MS = 1_500;
/** A faulty night waits a second per retry, and the last nights have hundreds of media items. */
const DEADLINE_MS = 120_000;

type Night = 'plain' | 'killed' | 'faulty';

test(`--only-new saves each transcript once over many nights (seed ${SEED})`, TIME_LIMIT, async () => {
  const next = pseudoRandom(SEED);
  const random = () => next() / 2 ** 32;
  const count = (most: number) => Math.floor(random() * (most + 1));
  const media: { id: string; name: string }[] = [];
  const transcripts: Record<string, { id: string; languageCode: string }[]> = {};
  let night: Night = 'plain';
  let nextId = 0;

  const faults: readonly Answer[] = [
    503,
    { text: '<html>Sign in</html>' },
    { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nWEBVTT\n', after: 'end' },
    { raw: 'HTTP/1.1 200 OK\r\n', after: 'reset' },
  ];
  const maybeFaulty = (): Answer =>
    (night === 'faulty' && random() < 0.15 ? faults[count(faults.length - 1)] : undefined) ?? 'default';
  const api = await startApi({ media, transcripts });
  const grow = (wasKilled: boolean) => {
    for (let left = 1 + count(4); left > 0; left -= 1) {
      nextId += 1;
      media.unshift({ id: `m${nextId}`, name: `Title ${nextId}` });
    }
    // Old media items get late transcripts and new languages, too.
    for (const { id } of media) {
      const list = (transcripts[id] ??= []);
      const languageCode = LANGUAGES[list.length];
      if (languageCode !== undefined && random() < 0.5)
        list.push({ id: `${id}-${languageCode}`, languageCode });
    }
    // No rename after a kill: a file that was saved but not recorded is only found by its name.
    const renamed = media[count(media.length - 1)];
    if (!wasKilled && renamed !== undefined) renamed.name = `${renamed.name} again`;
  };
  const place = makePlace();
  const line = ['transcripts', '--all', '--as', FORMATS.join(','), '-D', 't', '--only-new', '--retries', '1'];
  const run = async (killAfterMs: number | null) => {
    const started = startBinary(line, { api, place, deadlineMs: DEADLINE_MS });
    const timer = killAfterMs === null ? undefined : setTimeout(() => started.kill('SIGKILL'), killAfterMs);
    const result = await started.result;
    clearTimeout(timer);
    return result;
  };
  const kinds: readonly Night[] = ['plain', 'killed', 'faulty'];
  for (let index = 0; index < NIGHTS; index += 1) {
    const wasKilled = night === 'killed';
    night = kinds[index % kinds.length] ?? 'plain';
    grow(wasKilled);
    // Each request consumes one response.
    for (const route of [DOWNLOAD, LIST] as const)
      api.script(route, Array.from({ length: 500 }, maybeFaulty));
    const { exitCode, stderr } = await run(night === 'killed' ? random() * LONGEST_MS : null);
    const allowed = { plain: [0], killed: [0, 137], faulty: [0, 1, 6, 7] }[night];
    expect(allowed, `${night} night ${index}: ${stderr}`).toContain(exitCode);
  }
  for (const route of [DOWNLOAD, LIST] as const) api.script(route, []);
  const last = await run(null);
  expect(last.exitCode, last.stderr).toBe(0);

  const wanted = Object.values(transcripts)
    .flat()
    .flatMap(({ id }) => FORMATS.map((format) => `${id}.${format}`))
    .toSorted();
  const lines = readFileSync(join(place.cwd, 't/record.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((text): { transcriptId: string; format: string; path: string } => JSON.parse(text));
  expect(lines.map(({ transcriptId, format }) => `${transcriptId}.${format}`).toSorted()).toEqual(wanted);
  const files = readdirSync(join(place.cwd, 't')).filter((name) => name !== 'record.ndjson');
  expect(files.toSorted()).toEqual(lines.map(({ path }) => path).toSorted());
  for (const { transcriptId, format, path } of lines) {
    expect(readFileSync(join(place.cwd, 't', path), 'utf8')).toBe(transcriptText(transcriptId, format));
  }
});
