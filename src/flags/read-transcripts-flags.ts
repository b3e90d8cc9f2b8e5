import { ExpectedError } from '../errors.ts';
import { DEFAULT_RETRIES } from './fetch-flags.ts';
import { readQueryFlags } from './query-flags.ts';
import { readDestination, refuseBoth } from './read-destination.ts';
import { isRecording, readRecordFlags } from './record-flags.ts';
import { DEFAULT_JOBS, type RawTranscriptsFlags, type TranscriptsFlags } from './transcripts-flags.ts';

/**
 * @param operands media IDs before or after the flags
 * @throws ExpectedError USAGE for flags that cannot be combined
 */
export function readTranscriptsFlags(
  operands: readonly string[],
  raw: RawTranscriptsFlags,
): TranscriptsFlags {
  const mediaIds = [...operands, ...(raw.media ?? []), ...(raw.medium ?? [])];
  const query = readQueryFlags(raw);
  const { output, toStdout, folder, hasFolderFlag, ifExists } = readDestination(raw);
  const record = readRecordFlags(raw);
  refuseBoth(raw.output !== undefined && hasFolderFlag, toStdout ? '-o -' : '-o', '-D');
  refuseBoth(toStdout && raw.name !== undefined, '-o -', '--name');
  refuseBoth(output !== null && raw.name !== undefined, '-o', '--name');
  refuseBoth(toStdout && raw.dryRun === true, '-o -', '-n');
  refuseBoth(toStdout && ifExists === 'skip', '-o -', '--skip-existing');
  refuseBoth(toStdout && ifExists === 'overwrite', '-o -', '--overwrite');
  refuseBoth(toStdout && isRecording(record), '-o -', record.file === null ? '--only-new' : '--record');
  if (mediaIds.filter((id) => id === '-').length > 1) {
    throw new ExpectedError('USAGE', 'standard input can be read only once');
  }
  if (mediaIds.length > 0 && query !== null) {
    throw new ExpectedError('USAGE', 'media IDs and a query cannot be combined', {
      hint: 'select media either by ID or by a query',
    });
  }
  const transcriptIds = raw.transcript ?? [];
  if (transcriptIds.length > 0 && mediaIds.length === 0 && query === null) {
    throw new ExpectedError('USAGE', '-t needs -m or a query', {
      hint: "use 'streamdiver-dl transcripts MEDIA_ID -t ID'",
    });
  }
  return {
    mediaIds,
    query,
    transcriptIds,
    formats: raw.as ?? ['srt'],
    isFormatGiven: raw.as !== undefined,
    languages: raw.language ?? [],
    speakers: raw.speakers !== false,
    folder,
    output,
    toStdout,
    name: raw.name ?? null,
    jobs: raw.jobs ?? DEFAULT_JOBS,
    retries: raw.retries ?? DEFAULT_RETRIES,
    ifExists,
    waitMs: raw.waitTranscripts ?? null,
    record,
    dryRun: raw.dryRun === true,
  };
}
