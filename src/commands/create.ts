import type { Command } from 'commander';
import { type Package, packageDocument } from '../api/package.ts';
import type { Context } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { fetchCommand } from '../fetch/fetch-command.ts';
import type { FetchResult } from '../fetch/fetch-result.ts';
import type { Recording } from '../fetch/fetch-run.ts';
import { addCreateFlags, type CreateFlags, type RawCreateFlags } from '../flags/create-flags.ts';
import { forFlag } from '../flags/flag-values.ts';
import { readMediaIds } from '../flags/ids.ts';
import { checkOutputNames } from '../flags/output-names.ts';
import { readFetchFlags } from '../flags/read-fetch-flags.ts';
import { isRecording } from '../flags/record-flags.ts';
import { resolveQuery } from '../flags/resolve-query.ts';
import { readWaitFlags } from '../flags/wait-flags.ts';
import { findMedia } from '../media-selection/find-media.ts';
import { checkAnonymous } from '../media-selection/media-selection.ts';
import { dryRunDocument } from '../output/dry-run.ts';
import type { JsonObject } from '../parse/json.ts';
import { type ParsedTime, parseTime } from '../parse/time.ts';
import { printCommand } from '../picker/command-without-prompts.ts';
import { countMedia } from '../terminal/text/format.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { PROGRAM } from '../version.ts';
import { waitForPackage } from '../wait/wait-for-package.ts';
import { explainAmbiguousCreate } from './create/ambiguous-create.ts';
import { createBodies } from './create/create-body.ts';
import { createSplit } from './create/create-split.ts';
import { explainMissingMedia } from './create/missing-media.ts';

/** More media are probably a mistake, so they need --max-media. */
const DEFAULT_MAX_MEDIA = 1_000;

export function defineCreate(
  parent: Command,
  action: (options: CreateFlags, connection: { anonymous: boolean }, command: Command) => Promise<void>,
): void {
  const command = parent
    .command('create')
    .summary('Create a package')
    .description(
      'Create a package of media, renditions, and transcripts, and print its ID. In a terminal, prompts for the contents if no flag selects any.',
    );
  addCreateFlags(command).action(async (raw: RawCreateFlags, self: Command) => {
    const { readCreateFlags } = await import('../flags/read-create-flags.ts');
    return await action(readCreateFlags(raw), { anonymous: raw.anonymous === true }, self);
  });
}

/** Creates packages, then waits and fetches on request. Returns the `--json` document. */
export async function create(flags: CreateFlags, context: Context): Promise<JsonObject> {
  const { api, io, clock, signal } = context;
  if (flags.fetch !== null) checkOutputNames(flags.fetch, context.world.platform);
  const asked = flags.expires === null ? null : readExpiry(flags.expires, context);
  const picked = isWithoutSelection(flags) && io.canPrompt ? await pick(flags, context) : null;
  // Before any lookup, because an unusable record is an error.
  const memory = await openMemory(flags, context);
  const options = {
    ...flags,
    mediaIds: await chooseMediaIds(flags, context),
    ...picked?.selection,
  };
  const expires = asked ?? (options.expires === null ? null : readExpiry(options.expires, context));
  const isAnonymous = api.credential.kind === 'anonymous';
  const bodies = await createBodies(options, expires, memory, context);
  const [body] = bodies;
  if (body === undefined) {
    const document = options.dryRun ? dryRunDocument([]) : packagesDocument([], []);
    if (io.format === 'json') io.json(document);
    if (memory !== null) io.info(memory.nothingNewText);
    return document;
  }
  if (isAnonymous) bodies.forEach(checkAnonymous);
  if (options.dryRun) {
    if (picked !== null) printCommand(picked.command, io);
    const requests = bodies.map((one) => ({ ...api.describe('POST', '/downloads'), body: one }));
    const document = dryRunDocument(requests);
    if (io.format === 'json') io.json(document);
    else io.lines(requests.map(({ method, url, body }) => `${method} ${url} ${JSON.stringify(body)}`));
    return document;
  }
  // Checked before creating a package that could not be fetched here.
  if (options.fetch !== null) (await import('../fetch/targets.ts')).findBase(options.fetch, context.cwd);
  if (options.split !== null) {
    return await createSplit(bodies, options, memory, context);
  }
  const startedMs = clock.now();
  let item: Package;
  try {
    item = await api.createDownload(body, signal);
  } catch (error) {
    const explained = await explainMissingMedia(error, body.selectedMediaIds ?? [], context);
    throw await explainAmbiguousCreate(explained, { title: body.title ?? null, startedMs }, context);
  }
  if (io.format !== 'json') printId(item.id, options, io);
  if (picked !== null) printCommand(picked.command, io);
  try {
    const last = picked === null ? options : await withOffer(item.id, options, context);
    return await waitAndFetch(item, last, memory?.recordingOf(() => body) ?? null, context);
  } catch (error) {
    // The package exists even if a later step fails, so a script must learn its ID.
    if (!(error instanceof ExpectedError)) throw error;
    const document = { ...packageDocument(item), ...error.details.document };
    // Rerunning this command would create another package.
    const resume = error.details.rerunContinues === true ? { hint: 'to resume:', rerunContinues: false } : {};
    throw error.with({ id: item.id, document, ...resume });
  }
}

/**
 * Returns the media that flags name or a query finds. Prints their number before anything is created.
 * @throws ExpectedError NOT_FOUND if the query finds none
 */
async function chooseMediaIds(
  { mediaIds, query, fetch }: CreateFlags,
  context: Context,
): Promise<readonly string[]> {
  const { api, io, clock, signal, world } = context;
  if (query === null) return await readMediaIds(mediaIds, world);
  const onlyNew = fetch?.record.onlyNew === true;
  const { items } = await findMedia(
    resolveQuery(query, clock.now(), (message) => io.info(message)),
    {
      api,
      signal,
      warn: (message) => io.warn(message),
      // A nightly job must not fail when the library grows.
      maxMedia: query.maxMedia ?? (onlyNew ? null : DEFAULT_MAX_MEDIA),
    },
  );
  if (items.length === 0 && !onlyNew) {
    throw new ExpectedError('NOT_FOUND', 'no media match the query', {
      hint: "run 'streamdiver-dl media list' to see the media",
    });
  }
  io.info(`${countMedia(items.length)} selected.`);
  return items.map(({ id }) => id);
}

/** With --only-new, there can be no package. */
function packagesDocument(items: readonly Package[], results: readonly FetchResult[]): JsonObject {
  return { items: items.map(packageDocument), count: items.length, truncated: false, results };
}

/** The record of earlier fetches; null unless flags use it. */
async function openMemory({ fetch }: CreateFlags, context: Context) {
  if (fetch === null || !isRecording(fetch.record)) return null;
  const { openCreateMemory } = await import('../fetch/fetch-record.ts');
  return await openCreateMemory(fetch, context);
}

/** With `-o -`, standard output is reserved for the archive. */
function printId(id: string, { fetch }: CreateFlags, io: Context['io']): void {
  if (fetch?.toStdout === true) io.info(`Created package ${id}.`);
  else io.line(id);
}

async function waitAndFetch(
  item: Package,
  { wait, fetch }: CreateFlags,
  recording: Recording | null,
  context: Context,
): Promise<JsonObject> {
  const { io, world } = context;
  const isReady = item.state === 'ready' && item.files.length > 0;
  const next = fetch === null ? [PROGRAM, 'status', item.id, '--wait'] : fetchCommand(item.id, fetch);
  const last =
    wait === null || isReady
      ? item
      : await waitForPackage(item.id, { wait, isJustCreated: true, next }, context);
  if (fetch !== null && wait !== null) {
    const { fetchPackages } = await import('../fetch/fetch-packages.ts');
    const request = { wait, fetch, isJustCreated: true, known: [last], recording };
    const results = await fetchPackages([item.id], request, context);
    const document = fetch.record.onlyNew
      ? packagesDocument([last], results)
      : { ...packageDocument(last), results };
    if (io.format === 'json') io.json(document);
    return document;
  }
  io.endProgress();
  const document = packageDocument(last);
  if (io.format === 'json') io.json(document);
  else if (wait === null) io.hint(commandLine([PROGRAM, 'fetch', item.id], world.platform));
  else io.info(`Package ${item.id} is ready.`);
  return document;
}

/** A date means the end of that day in local time, so the exact time is printed. */
function readExpiry(text: string, { clock, io }: Context): ParsedTime {
  const moment = forFlag('--expires', (value) => parseTime(value, clock.now()))(text);
  if (moment.isEndOfDay) {
    io.info(`Expires: ${new Date(moment.utc).toString()}`);
  }
  return moment;
}

function isWithoutSelection(flags: CreateFlags): boolean {
  const { mediaIds, renditionIds, transcripts, fromFile, query } = flags;
  return (
    fromFile === null &&
    query === null &&
    [mediaIds, renditionIds, transcripts].every((list) => list.length === 0)
  );
}

async function pick(flags: CreateFlags, context: Context) {
  const { pickSelection } = await import('../picker/pick-selection.ts');
  return await pickSelection(flags, context);
}

/** Offered only if standard output is a terminal: a script that captures the ID needs nothing else. */
async function withOffer(id: string, options: CreateFlags, context: Context): Promise<CreateFlags> {
  const { io, world } = context;
  if (options.wait !== null || io.format === 'json' || !io.isOutputTerminal) return options;
  const { offerFetch } = await import('../picker/offer-fetch.ts');
  try {
    const answer = await offerFetch(context);
    if (answer === 'nothing') return options;
    return { ...options, wait: readWaitFlags({}), fetch: readFetchFlags({ extract: answer === 'extract' }) };
  } catch (error) {
    if (!isExpectedError(error, 'INTERRUPTED')) throw error;
    const next = [commandLine([PROGRAM, 'fetch', id], world.platform)];
    throw error.with({ hint: 'the service still prepares the package; to fetch it:', next });
  }
}
