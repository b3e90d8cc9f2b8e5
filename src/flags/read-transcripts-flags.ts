import path from 'node:path';
import { ExpectedError } from '../errors.ts';
import { DEFAULT_RETRIES } from './fetch-flags.ts';
import { readQueryFlags } from './query-flags.ts';
import { STANDARD_OUTPUT } from './read-fetch-flags.ts';
import { isRecording, readRecordFlags } from './record-flags.ts';
import { DEFAULT_JOBS, type RawTranscriptsFlags, type TranscriptsFlags } from './transcripts-flags.ts';

/**
 * What the flags of `transcripts` come to; loaded when it runs.
 * @param operands media IDs before or after the flags
 * @throws ExpectedError USAGE for flags that contradict each other
 */
export function readTranscriptsFlags(
  operands: readonly string[],
  raw: RawTranscriptsFlags,
): TranscriptsFlags {
  const overwrite = raw.overwrite === true || raw.clobber === true;
  const skip = raw.skipExisting === true || raw.clobber === false;
  const mediaIds = [...operands, ...(raw.media ?? []), ...(raw.medium ?? [])];
  const query = readQueryFlags(raw);
  const { output } = raw;
  const record = readRecordFlags(raw);
  const toStdout = output !== undefined && STANDARD_OUTPUT.has(path.normalize(output));
  const isFolder = output !== undefined && /[/\\]$/.test(output);
  const folder = raw.dir ?? raw.outputDir ?? (isFolder ? output : undefined) ?? null;
  const isFile = output !== undefined && !toStdout && !isFolder;
  conflict(overwrite && skip, '--overwrite', '--skip-existing');
  conflict(output !== undefined && (raw.dir ?? raw.outputDir) !== undefined, toStdout ? '-o -' : '-o', '-D');
  conflict(toStdout && raw.name !== undefined, '-o -', '--name');
  conflict(isFile && raw.name !== undefined, '-o', '--name');
  conflict(toStdout && raw.dryRun === true, '-o -', '-n');
  conflict(toStdout && skip, '-o -', '--skip-existing');
  conflict(toStdout && overwrite, '-o -', '--overwrite');
  conflict(toStdout && isRecording(record), '-o -', record.file === null ? '--only-new' : '--record');
  if (mediaIds.filter((id) => id === '-').length > 1) {
    throw new ExpectedError('USAGE', 'standard input can be read only once');
  }
  if (mediaIds.length > 0 && query !== null) {
    throw new ExpectedError('USAGE', 'media IDs and a query contradict each other', {
      hint: 'select media either by their IDs or by a query',
    });
  }
  const transcriptIds = raw.transcript ?? [];
  if (transcriptIds.length > 0 && mediaIds.length === 0 && query === null) {
    throw new ExpectedError('USAGE', '-t needs -m or a query: a transcript belongs to a media item', {
      hint: 'name its media item as well, as in: streamdiver-dl transcripts MEDIA_ID -t ID',
    });
  }
  return {
    mediaIds,
    query,
    transcriptIds,
    formats: raw.as ?? ['srt'],
    languages: raw.language ?? [],
    speakers: raw.speakers !== false,
    folder,
    output: isFile ? path.normalize(output) : null,
    toStdout,
    name: raw.name ?? null,
    jobs: raw.jobs ?? DEFAULT_JOBS,
    retries: raw.retries ?? DEFAULT_RETRIES,
    ifExists: overwrite ? 'overwrite' : skip ? 'skip' : 'refuse',
    waitMs: raw.waitTranscripts ?? null,
    record,
    dryRun: raw.dryRun === true,
  };
}

function conflict(isThere: boolean, flag: string, other: string): void {
  if (isThere) throw new ExpectedError('USAGE', `${flag} conflicts with ${other}`);
}
