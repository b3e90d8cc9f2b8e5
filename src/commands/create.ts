import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { type Package, packageDocument } from '../api/package.ts';
import type { CreateDownloadBody, TranscriptFormat, TranscriptSelection } from '../api/wire.ts';
import { dryRunDocument } from '../cli/dry-run.ts';
import { readText } from '../cli/ids.ts';
import { explainUnclearCreate } from '../cli/unclear-create.ts';
import { waitForPackage } from '../cli/wait-for-package.ts';
import type { Context } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { fetchCommand } from '../fetch/fetch-command.ts';
import {
  addFetchFlags,
  type FetchFlags,
  type RawFetchFlags,
  readFetchFlags,
  refuseFetchFlags,
} from '../flags/fetch-flags.ts';
import { forFlag, knowing, nonEmpty, repeatable } from '../flags/flag-values.ts';
import {
  addWaitFlags,
  type RawWaitFlags,
  readWaitFlags,
  refuseWaitFlags,
  type WaitFlags,
} from '../flags/wait-flags.ts';
import { findTranscripts } from '../selection/find-transcripts.ts';
import {
  checkAnonymous,
  isEmptyBody,
  mergeBody,
  notForAnonymous,
  parseBody,
  parseFormats,
  parseTranscript,
  TRANSCRIPT_FORMATS,
} from '../selection/selection.ts';
import { commandLine } from '../terminal/shell-quote.ts';
import { type Moment, parseWhen } from '../values/when.ts';
import { PROGRAM } from '../version.ts';

export interface CreateOptions {
  readonly mediaIds: readonly string[];
  readonly renditionIds: readonly string[];
  readonly transcripts: readonly TranscriptSelection[];
  /** Every transcript of the chosen media in these formats. */
  readonly transcriptFormats: readonly TranscriptFormat[];
  readonly languages: readonly string[];
  readonly transcriptsOnly: boolean;
  readonly title: string | null;
  readonly description: string | null;
  readonly expires: string | null;
  /** A path, or `-` for standard input. */
  readonly fromFile: string | null;
  readonly dryRun: boolean;
  /** Null does not wait. */
  readonly wait: WaitFlags | null;
  /** Null does not fetch. */
  readonly fetch: FetchFlags | null;
}

interface RawFlags extends RawWaitFlags, RawFetchFlags {
  readonly medium?: readonly string[];
  readonly rendition?: readonly string[];
  readonly transcript?: readonly string[];
  readonly transcripts?: readonly TranscriptFormat[];
  readonly language?: readonly string[];
  readonly transcriptsOnly?: boolean;
  readonly title?: string;
  readonly description?: string;
  readonly expires?: string;
  readonly fromFile?: string;
  readonly dryRun?: boolean;
  readonly anonymous?: boolean;
  readonly fetch?: boolean;
}

export function defineCreate(
  parent: Command,
  action: (options: CreateOptions, connection: { anonymous: boolean }, command: Command) => Promise<void>,
): void {
  const command = parent
    .command('create')
    .summary('ask the service to prepare a package')
    .description(
      'Asks the service to bundle media, renditions and transcripts into a package; prints its id.',
    )
    .optionsGroup('What goes in:')
    .option('-m, --medium <id>', 'a medium; may be given several times', repeatable('-m'))
    .option('-r, --rendition <id>', 'a rendition; may be given several times', repeatable('-r'))
    .option(
      '-t, --transcript <id[:format]>',
      'a transcript as srt (default), txt or json; several times',
      repeatable('-t'),
    )
    .option(
      '--transcripts <format,...>',
      'every transcript of the chosen media',
      forFlag('--transcripts', knowing(TRANSCRIPT_FORMATS, parseFormats, { isList: true })),
    )
    .option(
      '--language <code>',
      'with --transcripts: only this language; several times',
      repeatable('--language'),
    )
    .option('--transcripts-only', 'leave the media themselves out')
    .option(
      '-f, --from-file <file>',
      "the API's own JSON body; - for standard input; flags add to it",
      forFlag('-f', nonEmpty),
    )
    .optionsGroup('About the package:')
    .option('--title <text>', 'title of the package', forFlag('--title', nonEmpty))
    .option('--description <text>', 'description of the package')
    .option(
      '--expires <when>',
      'such as 7d, 2026-12-31 or 2026-12-31T23:59:59Z',
      forFlag('--expires', nonEmpty),
    )
    .optionsGroup('Safety:')
    .option('-n, --dry-run', 'show what would be sent, send nothing')
    .option('--anonymous', 'use no credential')
    .optionsGroup('Afterwards:')
    .option('--wait', 'wait until the package is ready')
    .option('--fetch', 'wait, then fetch it');
  addFetchFlags(addWaitFlags(command)).action((raw: RawFlags, self: Command) =>
    action(readFlags(raw), { anonymous: raw.anonymous === true }, self),
  );
}

function readFlags(raw: RawFlags): CreateOptions {
  const fetch = raw.fetch === true ? readFetchFlags(raw) : null;
  const isWaiting = raw.wait === true || fetch !== null;
  if (fetch === null) refuseFetchFlags(raw);
  if (!isWaiting) refuseWaitFlags(raw, '--wait or --fetch');
  if (raw.language !== undefined && raw.transcripts === undefined) {
    throw new ExpectedError('USAGE', '--language narrows --transcripts, which is missing');
  }
  if (raw.transcriptsOnly === true && raw.transcripts === undefined) {
    throw new ExpectedError('USAGE', '--transcripts-only needs --transcripts FORMAT');
  }
  if (raw.transcripts !== undefined && raw.medium === undefined && raw.fromFile === undefined) {
    throw noMedia();
  }
  return {
    mediaIds: raw.medium ?? [],
    renditionIds: raw.rendition ?? [],
    transcripts: (raw.transcript ?? []).map(forFlag('-t', parseTranscript)),
    transcriptFormats: raw.transcripts ?? [],
    languages: raw.language ?? [],
    transcriptsOnly: raw.transcriptsOnly === true,
    title: raw.title ?? null,
    description: raw.description ?? null,
    expires: raw.expires ?? null,
    fromFile: raw.fromFile ?? null,
    dryRun: raw.dryRun === true,
    wait: isWaiting ? readWaitFlags(raw) : null,
    fetch,
  };
}

function noMedia(): ExpectedError {
  return new ExpectedError('USAGE', '--transcripts takes the transcripts of media, and none is chosen', {
    hint: 'choose media with -m ID',
  });
}

/** Creates one package, once; then waits and fetches if asked. */
export async function create(flags: CreateOptions, context: Context): Promise<void> {
  const { api, io, clock, signal } = context;
  const asked = flags.expires === null ? null : readExpiry(flags.expires, context);
  const picked = isWithoutSelection(flags) && io.canPrompt ? await pick(flags, context) : null;
  const options = { ...flags, ...picked?.selection };
  const expires = asked ?? (options.expires === null ? null : readExpiry(options.expires, context));
  const isAnonymous = api.credential.kind === 'anonymous';
  // Before anything is looked up on behalf of somebody who may not have it.
  if (isAnonymous && options.transcriptFormats.length > 0) throw notForAnonymous();
  const body = await makeBody(options, expires, context);
  if (isEmptyBody(body)) throw nothingSelected();
  if (isAnonymous) checkAnonymous(body);
  if (options.dryRun) {
    if (picked !== null) tellCommand(picked.command, io);
    const request = { ...api.describe('POST', '/downloads'), body };
    if (io.format === 'json') io.json(dryRunDocument([request]));
    else io.line(`${request.method} ${request.url} ${JSON.stringify(body)}`);
    return;
  }
  const startedMs = clock.now();
  let item: Package;
  try {
    item = await api.createDownload(body, signal);
  } catch (error) {
    throw await explainUnclearCreate(error, { title: body.title ?? null, startedMs }, context);
  }
  if (io.format !== 'json') tellId(item.id, options, io);
  if (picked !== null) tellCommand(picked.command, io);
  try {
    await goOn(item, picked === null ? options : await withOffer(item.id, options, context), context);
  } catch (error) {
    // The package exists whatever happened after: a script must learn its id in any case.
    if (!(error instanceof ExpectedError)) throw error;
    throw error.with({ id: item.id, document: { ...packageDocument(item), ...error.details.document } });
  }
}

/** With `-o -` standard output is for the bytes of the archive. */
function tellId(id: string, { fetch }: CreateOptions, io: Context['io']): void {
  if (fetch?.toStdout === true) io.info(`Package ${id} is created.`);
  else io.line(id);
}

async function goOn(item: Package, { wait, fetch }: CreateOptions, context: Context): Promise<void> {
  const { io, world } = context;
  const isReady = item.state === 'ready' && item.files.length > 0;
  const next = fetch === null ? [PROGRAM, 'status', item.id, '--wait'] : fetchCommand(item.id, fetch);
  const last =
    wait === null || isReady
      ? item
      : await waitForPackage(item.id, { wait, isJustCreated: true, next }, context);
  if (fetch !== null && wait !== null) {
    const { fetchPackages } = await import('../fetch/fetch-packages.ts');
    const request = { wait, fetch, isJustCreated: true, known: [last] };
    const results = await fetchPackages([item.id], request, context);
    if (io.format === 'json') io.json({ ...packageDocument(last), results });
    return;
  }
  io.endProgress();
  if (io.format === 'json') io.json(packageDocument(last));
  else if (wait === null) io.hint(commandLine([PROGRAM, 'fetch', item.id], world.platform));
  else io.info(`Package ${item.id} is ready.`);
}

async function makeBody(
  options: CreateOptions,
  expires: Moment | null,
  context: Context,
): Promise<CreateDownloadBody> {
  const { api, io, signal } = context;
  const fromFile = options.fromFile === null ? {} : await readBodyFile(options.fromFile, context);
  const mediaIds = [...new Set([...(fromFile.selectedMediaIds ?? []), ...options.mediaIds])];
  if (options.transcriptFormats.length > 0 && mediaIds.length === 0) throw noMedia();
  const found =
    options.transcriptFormats.length === 0
      ? []
      : await findTranscripts(
          { mediaIds, formats: options.transcriptFormats, languages: options.languages },
          { api, signal, onMissing: (id) => io.warn(`medium ${id} has no transcript that fits`) },
        );
  const base = options.transcriptsOnly ? { ...fromFile, selectedMediaIds: [] } : fromFile;
  return mergeBody(
    base,
    {
      mediaIds: options.transcriptsOnly ? [] : options.mediaIds,
      renditionIds: options.renditionIds,
      transcripts: [...options.transcripts, ...found],
    },
    { title: options.title, description: options.description, expires: expires?.utc ?? null },
  );
}

async function readBodyFile(file: string, { stdin, cwd }: Context) {
  const source = file === '-' ? 'standard input' : file;
  let text: string;
  try {
    text = file === '-' ? await readText(stdin) : readFileSync(path.resolve(cwd(), file), 'utf8');
  } catch (error) {
    if (error instanceof ExpectedError) throw error;
    throw new ExpectedError('USAGE', `cannot read ${source}`, { cause: error });
  }
  try {
    return parseBody(JSON.parse(text), source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ExpectedError('USAGE', `${source} is not valid JSON`, { cause: error });
  }
}

/** A date means its end in local time, which is easily misjudged, so the moment is said in full. */
function readExpiry(text: string, { clock, io }: Context): Moment {
  const moment = forFlag('--expires', (value) => parseWhen(value, clock.now()))(text);
  if (moment.isEndOfDay) {
    io.info(`The package will expire on ${new Date(moment.utc).toString()}.`);
  }
  return moment;
}

function nothingSelected(): ExpectedError {
  return new ExpectedError('USAGE', 'nothing is chosen for the package', {
    hint: 'choose with -m ID, -r ID, -t ID[:FORMAT] or -f FILE',
  });
}

function isWithoutSelection({ mediaIds, renditionIds, transcripts, fromFile }: CreateOptions): boolean {
  return fromFile === null && [mediaIds, renditionIds, transcripts].every((list) => list.length === 0);
}

async function pick(flags: CreateOptions, context: Context) {
  const { pickSelection } = await import('../picker/pick-selection.ts');
  return await pickSelection(flags, context);
}

/** Offered where a person sees both the question and the paths; a script that captures the id wants the id. */
async function withOffer(id: string, options: CreateOptions, context: Context): Promise<CreateOptions> {
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
    throw error.with({ hint: 'the package goes on being prepared; fetch it with the command below', next });
  }
}

function tellCommand(command: string, io: Context['io']): void {
  io.info('The same without questions:');
  io.info(`  ${command}`);
}
