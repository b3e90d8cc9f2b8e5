import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Traits, withTraits } from '../../src/sandbox/dialect/traits.ts';
import { formatCues } from '../../src/sandbox/library/format-cues.ts';
import type { StoredMediaItem } from '../../src/sandbox/library/library.ts';
import { collectItems } from '../../src/sandbox/packages/package-items.ts';
import { openRegularFile } from '../../src/sandbox/server/open-regular-file.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { runCommand } from '../commands/run-command.ts';
import { unpack } from '../sandbox/unpack.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';
import type { RunResult } from '../support/process/run-result.ts';
import { listTree } from '../support/temp-folder.ts';

/** A problem of a run: `silent` is exit code 0 with a wrong result, `loud` is any failure. */
export interface Problem {
  readonly kind: 'silent' | 'loud';
  readonly step: string;
  readonly detail: string;
}

/** More packages than fit on a page of ten. */
const OTHER_PACKAGES = 11;
const DEADLINE_MS = 60_000;

interface Job {
  readonly sandbox: Sandbox;
  readonly traits: Traits;
  readonly place: RunPlace;
  readonly problems: Problem[];
}

/** Runs the full workflow in one dialect and compares the results with the content of the sandbox. */
export async function runMainJob(some: Partial<Traits>): Promise<Problem[]> {
  const traits = withTraits({ library: 'large', ...some });
  const sandbox = await startSandbox({ port: 0, prepareMs: 300, faults: [], traits });
  const job: Job = { sandbox, traits, place: makePlace(), problems: [] };
  try {
    await lookAtMedia(job);
    await downloadTranscripts(job);
    await lookAtPackages(job);
    const id = await create(job);
    if (id !== undefined) await useAndRemove(job, id);
  } finally {
    await sandbox.close();
  }
  return job.problems;
}

async function lookAtMedia(job: Job): Promise<void> {
  const { media } = job.sandbox.library;
  await compare(job, 'media list', ['media', 'list', '--all', '--json'], (run) =>
    differ(
      media.map(({ id }) => id),
      idsOf(run.json['items']),
    ),
  );
  const videos = media.filter(({ type }) => type === 'video');
  await compare(job, 'media list --type', ['media', 'list', '--type', 'video', '--all', '--json'], (run) =>
    differ(
      videos.map(({ id }) => id),
      idsOf(run.json['items']),
      { mayHave: unlessTold(job) },
    ),
  );
  const isDemo = ({ name, description, tags }: StoredMediaItem) =>
    job.traits.search === 'none' ||
    [name, description, ...tags].some((text) => text.toLowerCase().includes('demo'));
  const search = ['media', 'list', 'demo', '--type', 'video', '--all', '--json'];
  await compare(job, 'media list TEXT --type', search, (run) =>
    differ(
      videos.filter(isDemo).map(({ id }) => id),
      idsOf(run.json['items']),
      { mayHave: unlessTold(job) },
    ),
  );
  for (const name of ['Address to the assembly', 'Logo']) {
    const medium = mediumNamed(job, name);
    await compare(job, `media show ${name}`, ['media', 'show', medium.id, '--json'], (run) =>
      differ(
        medium.transcripts.map(({ id }) => id),
        idsOf(run.json['transcripts']),
      ),
    );
  }
}

/** Titles differ by dialect, but every transcript is saved once, byte for byte. */
async function downloadTranscripts(job: Job): Promise<void> {
  const all = job.sandbox.library.media.flatMap(({ transcripts }) => transcripts);
  const texts = new Map<string, Buffer>();
  for (const { id, languageCode, readCues } of all) {
    texts.set(id, Buffer.from(formatCues(await readCues(), 'vtt', { languageCode })));
  }
  const line = ['transcripts', '--all', '--as', 'vtt', '-D', 'transcripts', '--name', '{id}', '--json'];
  await compare(job, 'transcripts', line, ({ json }) => {
    const results = Array.isArray(json['results']) ? (json['results'] as unknown[]) : [];
    const saved = results.flatMap((result) => {
      const [id = ''] = valuesOf([result], 'transcriptId');
      const [path = ''] = valuesOf([result], 'path');
      return path === '' ? [] : [[id, readFileSync(path)] as const];
    });
    if (saved.length !== all.length) return `${saved.length} of ${all.length} are saved`;
    return differContents(texts, new Map(saved));
  });
}

/** Without a type, a media item that may be a video is listed rather than skipped. */
function unlessTold({ traits, sandbox }: Job): string[] {
  return traits['type-key'] === 'absent' ? sandbox.library.media.map(({ id }) => id) : [];
}

async function lookAtPackages(job: Job): Promise<void> {
  const { packages } = job.sandbox;
  const logo = mediumNamed(job, 'Logo');
  const made = Array.from({ length: OTHER_PACKAGES }, () =>
    packages.create({ title: 'other', selectedMediaIds: [logo.id] }, 'user'),
  );
  await Promise.all(made.map(({ built }) => built));
  await compare(job, 'list', ['list', '--all', '--json'], (run) =>
    differ(
      made.map(({ id }) => id),
      idsOf(run.json['items']),
    ),
  );
}

async function create(job: Job): Promise<string | undefined> {
  const { packages } = job.sandbox;
  const before = new Set(packages.list().map(({ id }) => id));
  const ids = ['Address to the assembly', 'Logo', 'Jingle'].map((name) => mediumNamed(job, name).id);
  const line = [
    'create',
    ...ids.flatMap((id) => ['-m', id]),
    '--transcripts',
    'srt',
    '--title',
    'job',
    '--json',
  ];
  let created: string | undefined;
  await compare(job, 'create', line, (run) => {
    const made = packages.list().filter(({ id }) => !before.has(id));
    if (made.length !== 1) return `${made.length} packages were made`;
    created = made[0]?.id;
    const { selectedTranscripts = [], selectedMediaIds = [] } = made[0]?.body ?? {};
    const wanted = mediumNamed(job, 'Address to the assembly').transcripts.map(({ id }) => id);
    return (
      differ(ids, selectedMediaIds) ??
      differ(
        wanted,
        selectedTranscripts.map((selected) => selected.id),
      ) ??
      (String(run.json['id']) === created
        ? undefined
        : `printed id ${String(run.json['id'])}, not ${created}`)
    );
  });
  return created;
}

async function useAndRemove(job: Job, id: string): Promise<void> {
  const stored = job.sandbox.packages.find(id);
  if (typeof stored === 'string') throw new Error(`package ${id} is ${stored}`);
  const entries = await expectedEntries(job, stored.body);
  const size = job.traits['file-size'] === 'unpacked' ? ['--ignore-size'] : [];
  const fetch = ['fetch', id, ...size, '--timeout', '2m', '--json'];

  await compare(job, 'status --wait', ['status', id, '--wait', '--timeout', '2m', '--json'], () => undefined);
  await compare(job, 'fetch', [...fetch, '-o', 'package.zip'], async ({ cwd }) => {
    const path = join(cwd, 'package.zip');
    if (!existsSync(path)) return 'package.zip is not there';
    const unpacked = await unpack(readFileSync(path));
    return differContents(entries, new Map([...unpacked].map(([name, { bytes }]) => [name, bytes])));
  });
  await compare(job, 'fetch -D', [...fetch, '-D', 'named'], async ({ cwd }) => {
    const [archive, ...others] = contentsOf(join(cwd, 'named')).values();
    if (archive === undefined || others.length > 0) return `${others.length + 1} files, not one`;
    const unpacked = await unpack(archive);
    return differ([...entries.keys()], [...unpacked.keys()]);
  });
  await compare(job, 'fetch -x', [...fetch, '-x', '-D', 'all'], ({ cwd }) =>
    differContents(entries, contentsOf(join(cwd, 'all'))),
  );
  const subtitles = new Map([...entries].filter(([name]) => name.endsWith('.srt')));
  const hasRanges = job.traits.ranges === 'bytes';
  if (hasRanges) {
    await compare(job, 'fetch --include', [...fetch, '-x', '--include', '*.srt', '-D', 'some'], ({ cwd }) =>
      differContents(subtitles, contentsOf(join(cwd, 'some'))),
    );
    await compare(job, 'contents', ['contents', id, '--json'], (run) =>
      differ([...entries.keys()], valuesOf(run.json['entries'] ?? run.json['items'], 'path', 'name')),
    );
  }
  await compare(job, 'rm', ['rm', id, '--yes', '--json'], () =>
    job.sandbox.packages.find(id) === 'unknown' ? undefined : 'the package is still there',
  );
}

/** Runs a command. Exit code 0 with a difference is a silent problem, any other exit code is a loud one. */
async function compare(
  { sandbox, traits, place, problems }: Job,
  step: string,
  line: readonly string[],
  differenceOf: (run: RunResult) => string | undefined | Promise<string | undefined>,
): Promise<void> {
  let run: RunResult;
  try {
    run = await runCommand(line, {
      place,
      token: sandbox.token,
      deadlineMs: DEADLINE_MS,
      env: { STREAMDIVER_API_URL: sandbox.apiUrl, STREAMDIVER_SSO_URL: sandbox.ssoUrl },
    });
  } catch (error) {
    problems.push({ kind: 'loud', step, detail: String(error) });
    return;
  }
  const difference = await differenceOf(run);
  if (run.exitCode !== 0) {
    if (mayFail(step, traits)) return;
    problems.push({ kind: 'loud', step, detail: `exit code ${run.exitCode}: ${run.stderr.trim()}` });
  } else if (difference !== undefined) problems.push({ kind: 'silent', step, detail: difference });
}

/** Steps that a dialect does not support, which must fail with an exit code. */
function mayFail(step: string, traits: Traits): boolean {
  // Without types, media cannot be filtered.
  if (traits['type-key'] === 'absent' && step.includes('--type')) return true;
  // Without titles, any of the packages made just before could be the one whose creation failed with 503.
  const { 'create-first': first, 'rate-header': wait, 'package-name-key': title } = traits;
  if (step === 'create' && first === '503' && wait === 'none' && title === 'absent') return true;
  // The size does not lead to the directory of the archive.
  return traits['file-size'] === 'unpacked' && step === 'contents';
}

function mediumNamed({ sandbox }: Job, name: string): StoredMediaItem {
  const medium = sandbox.library.media.find((candidate) => candidate.name === name);
  if (medium === undefined) throw new Error(`the library has no ${name}`);
  return medium;
}

async function expectedEntries(
  { sandbox }: Job,
  body: Parameters<typeof collectItems>[0],
): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  for (const { entryName, source } of collectItems(body, sandbox.library)) {
    if ('text' in source) entries.set(entryName, Buffer.from(await source.text()));
    else {
      const handle = await openRegularFile(source.content.path);
      entries.set(entryName, await buffer(handle.createReadStream()));
    }
  }
  return entries;
}

function contentsOf(folder: string): Map<string, Buffer> {
  if (!existsSync(folder)) return new Map();
  return new Map(
    listTree(folder)
      .filter(({ type }) => type === 'file')
      .map(({ path }) => [path, readFileSync(join(folder, path))]),
  );
}

function idsOf(items: unknown): string[] {
  return valuesOf(items, 'id');
}

function valuesOf(items: unknown, ...keys: readonly string[]): string[] {
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown) => {
    if (typeof item === 'string') return [item];
    if (typeof item !== 'object' || item === null) return [];
    const found = Object.entries(item).find(([key]) => keys.includes(key));
    return found === undefined ? [] : [String(found[1])];
  });
}

/** Describes missing, unexpected, or repeated items; undefined if there are none. */
function differ(
  wanted: readonly string[],
  got: readonly string[],
  { mayHave = [] }: { readonly mayHave?: readonly string[] } = {},
): string | undefined {
  const missing = wanted.filter((item) => !got.includes(item));
  const extra = got.filter((item) => !wanted.includes(item) && !mayHave.includes(item));
  if (missing.length + extra.length === 0 && new Set(got).size === got.length) return undefined;
  return `${missing.length} of ${wanted.length} missing, ${extra.length} too many, ${got.length} in all`;
}

function differContents(
  wanted: ReadonlyMap<string, Buffer>,
  got: ReadonlyMap<string, Buffer>,
): string | undefined {
  const names = differ([...wanted.keys()], [...got.keys()]);
  if (names !== undefined) return names;
  const wrong = [...wanted].filter(([name, bytes]) => got.get(name)?.equals(bytes) !== true);
  return wrong.length === 0 ? undefined : `wrong bytes in ${wrong.map(([name]) => name).join(', ')}`;
}
