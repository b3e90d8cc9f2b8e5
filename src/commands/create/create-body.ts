import type { CreateDownloadBody } from '../../api/wire.ts';
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
 * The request body that creates a package: the body from the file plus the flags. With `--transcripts`, looks
 * up the transcripts of the media.
 * @throws ExpectedError USAGE when the file is unusable, or `--transcripts` has no media
 */
export async function createBody(
  options: CreateFlags,
  expires: ParsedTime | null,
  context: Context,
): Promise<CreateDownloadBody> {
  const { api, io, signal } = context;
  const fromFile = options.fromFile === null ? {} : await readBodyFile(options.fromFile, context);
  const mediaIds = [...new Set([...(fromFile.selectedMediaIds ?? []), ...options.mediaIds])];
  if (options.transcriptFormats.length > 0 && mediaIds.length === 0) throw noMediaChosen();
  const found =
    options.transcriptFormats.length === 0
      ? []
      : await findTranscripts(
          { mediaIds, formats: options.transcriptFormats, languages: options.languages },
          { api, signal, onMissing: (id) => io.warn(`no matching transcript for media item ${id}`) },
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
