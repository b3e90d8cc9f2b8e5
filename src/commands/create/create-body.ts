import type { CreateDownloadBody, TranscriptSelection } from '../../api/wire.ts';
import type { Context } from '../../context.ts';
import { readNamedFile, UnusableFileError } from '../../disk/read-named-file.ts';
import { resolvePath } from '../../disk/resolve-path.ts';
import { ExpectedError, isExpectedError } from '../../errors.ts';
import type { CreateMemory } from '../../fetch/fetch-record.ts';
import type { CreateFlags } from '../../flags/create-flags.ts';
import { readText } from '../../flags/ids.ts';
import { noMediaChosen } from '../../flags/read-create-flags.ts';
import { findTranscripts } from '../../media-selection/find-transcripts.ts';
import { isEmptyBody, mergeBody, parseBody, type Selection } from '../../media-selection/media-selection.ts';
import type { ParsedTime } from '../../parse/time.ts';
import { decodeUtf8 } from '../../parse/utf8.ts';

/**
 * The request bodies that create packages: one, unless the packages are split. Combines the body from the file with the
 * flags. With `--transcripts`, looks up the transcripts of the media.
 * @param memory removes everything that was fetched before
 * @returns an empty list if everything was fetched before, or a query with --only-new finds nothing
 * @throws ExpectedError USAGE if the file is unusable, nothing is selected, or `--transcripts` has no media
 */
export async function createBodies(
  options: CreateFlags,
  expires: ParsedTime | null,
  memory: Pick<CreateMemory, 'withoutRecorded'> | null,
  context: Context,
): Promise<readonly CreateDownloadBody[]> {
  const fromFile = options.fromFile === null ? {} : await readBodyFile(options.fromFile, context);
  const mediaIds = [...new Set([...(fromFile.selectedMediaIds ?? []), ...options.mediaIds])];
  const mayBeNothing = options.query !== null && options.fetch?.record.onlyNew === true;
  if (mayBeNothing && mediaIds.length === 0) return [];
  if (options.transcriptFormats.length > 0 && mediaIds.length === 0) throw noMediaChosen();
  const found = await lookUpTranscripts(mediaIds, options, mayBeNothing, context);
  const base = options.transcriptsOnly ? { ...fromFile, selectedMediaIds: [] } : fromFile;
  const bodyOf = (selection: Pick<Selection, 'mediaIds' | 'transcripts'>, title: string | null) =>
    mergeBody(
      base,
      {
        mediaIds: selection.mediaIds,
        renditionIds: options.renditionIds,
        transcripts: [...options.transcripts, ...selection.transcripts],
      },
      { title, description: options.description, expires: expires?.utc ?? null },
    );
  const wanted = bodyOf(
    {
      mediaIds: options.transcriptsOnly ? [] : options.mediaIds,
      transcripts: [...found.values()].flat(),
    },
    options.title,
  );
  if (isEmptyBody(wanted) && mayBeNothing) return [];
  if (isEmptyBody(wanted)) throw nothingSelected();
  const body = memory?.withoutRecorded(wanted) ?? wanted;
  if (isEmptyBody(body)) return [];
  if (options.split === null) return [body];
  const isMediaLeft = isIn(body.selectedMediaIds ?? []);
  const isTranscriptLeft = isIn((body.selectedTranscripts ?? []).map(keyOfTranscript));
  const perMediaItem = mediaIds.map((id) => ({
    mediaIds: isMediaLeft(id) ? [id] : [],
    transcripts: (found.get(id) ?? []).filter((transcript) => isTranscriptLeft(keyOfTranscript(transcript))),
  }));
  const filled = perMediaItem.filter((part) => part.mediaIds.length + part.transcripts.length > 0);
  const parts = splitList(filled, options.split);
  return parts.map((part, index) =>
    bodyOf(
      {
        mediaIds: part.flatMap((one) => one.mediaIds),
        transcripts: part.flatMap((one) => one.transcripts),
      },
      numbered(options.title, index, parts.length),
    ),
  );
}

async function lookUpTranscripts(
  mediaIds: readonly string[],
  { transcriptFormats: formats, languages }: CreateFlags,
  mayBeNothing: boolean,
  { api, io, signal }: Context,
): Promise<ReadonlyMap<string, readonly TranscriptSelection[]>> {
  if (formats.length === 0) return new Map();
  try {
    return await findTranscripts(
      { mediaIds, formats, languages },
      {
        api,
        signal,
        onMissing: (id) => io.warn(`no matching transcript for media item ${id}`),
      },
    );
  } catch (error) {
    if (mayBeNothing && isExpectedError(error, 'NOT_FOUND') && error.details.id === undefined)
      return new Map();
    throw error;
  }
}

function nothingSelected(): ExpectedError {
  return new ExpectedError('USAGE', 'nothing selected for the package', {
    hint: 'select with -m ID, -r ID, -t ID[:FORMAT], -f FILE, or a query such as --tag TAG',
  });
}

function isIn(list: readonly string[]): (item: string) => boolean {
  const items = new Set(list);
  return (item) => items.has(item);
}

function keyOfTranscript({ id, format }: TranscriptSelection): string {
  return `${format} ${id}`;
}

function splitList<Item>(list: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** `T (1/3)`, or `T` for a single package. */
function numbered(title: string | null, index: number, count: number): string | null {
  return title === null || count === 1 ? title : `${title} (${index + 1}/${count})`;
}

async function readBodyFile(file: string, { io, world, cwd, clock, signal }: Context) {
  const source = file === '-' ? 'standard input' : file;
  let text: string;
  try {
    text =
      file === '-'
        ? await readText(world.stdin)
        : decodeUtf8(await readNamedFile(resolvePath(cwd, file), { clock, signal }), source);
  } catch (error) {
    if (!(error instanceof UnusableFileError)) throw error;
    throw new ExpectedError('USAGE', `cannot read ${source}: ${error.message}`, { cause: error });
  }
  try {
    return parseBody(JSON.parse(text), source, (message) => io.warn(message));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ExpectedError('USAGE', `cannot parse ${source}: invalid JSON`, { cause: error });
  }
}
