import type { CreateDownloadBody, TranscriptSelection } from '../../api/wire.ts';
import type { Context } from '../../context.ts';
import { readNamedFile, UnusableFileError } from '../../disk/read-named-file.ts';
import { resolvePath } from '../../disk/resolve-path.ts';
import { ExpectedError } from '../../errors.ts';
import { type CreateFlags, noMediaChosen } from '../../flags/create-flags.ts';
import { readText } from '../../flags/ids.ts';
import { findTranscripts } from '../../media-selection/find-transcripts.ts';
import { mergeBody, parseBody } from '../../media-selection/media-selection.ts';
import type { ParsedTime } from '../../parse/time.ts';
import { decodeUtf8 } from '../../parse/utf8.ts';

/**
 * What is sent to create packages, one unless they are split: the file's body with what the flags add. Looks the
 * transcripts up where every one of the media is wanted.
 * @throws ExpectedError USAGE when the file cannot be used, or transcripts are wanted of no medium
 */
export async function createBodies(
  options: CreateFlags,
  expires: ParsedTime | null,
  context: Context,
): Promise<readonly CreateDownloadBody[]> {
  const { api, io, signal } = context;
  const fromFile = options.fromFile === null ? {} : await readBodyFile(options.fromFile, context);
  const mediaIds = [...new Set([...(fromFile.selectedMediaIds ?? []), ...options.mediaIds])];
  if (options.transcriptFormats.length > 0 && mediaIds.length === 0) throw noMediaChosen();
  const found =
    options.transcriptFormats.length === 0
      ? new Map<string, readonly TranscriptSelection[]>()
      : await findTranscripts(
          { mediaIds, formats: options.transcriptFormats, languages: options.languages },
          { api, signal, onMissing: (id) => io.warn(`media item ${id} has no matching transcript`) },
        );
  const base = options.transcriptsOnly ? { ...fromFile, selectedMediaIds: [] } : fromFile;
  const bodyOf = (ofMedia: readonly string[], ids: readonly string[], title: string | null) =>
    mergeBody(
      base,
      {
        mediaIds: options.transcriptsOnly ? [] : ids,
        renditionIds: options.renditionIds,
        transcripts: [...options.transcripts, ...ofMedia.flatMap((id) => found.get(id) ?? [])],
      },
      { title, description: options.description, expires: expires?.utc ?? null },
    );
  if (options.split === null) return [bodyOf(mediaIds, options.mediaIds, options.title)];
  // A package of nothing is refused.
  const filled = options.transcriptsOnly
    ? mediaIds.filter((id) => (found.get(id)?.length ?? 0) > 0)
    : mediaIds;
  const parts = splitList(filled, options.split);
  return parts.map((ids, index) => bodyOf(ids, ids, numbered(options.title, index, parts.length)));
}

function splitList<Item>(list: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** `T (1/3)`; `T` alone where it is the only one. */
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
    throw new ExpectedError('USAGE', `${source} is not valid JSON`, { cause: error });
  }
}
