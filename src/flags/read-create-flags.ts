import { ExpectedError } from '../errors.ts';
import { parseTranscript } from '../media-selection/transcript-words.ts';
import type { CreateFlags, RawCreateFlags } from './create-flags.ts';
import { forFlag } from './flag-values.ts';
import { readQueryFlags } from './query-flags.ts';
import { refuseBoth } from './read-destination.ts';
import { readFetchFlags, refuseFetchFlags } from './read-fetch-flags.ts';
import { readWaitFlags, refuseWaitFlags } from './wait-flags.ts';

/** @throws ExpectedError USAGE for flags that cannot be combined, or that need another one */
export function readCreateFlags(raw: RawCreateFlags): CreateFlags {
  const fetch = raw.fetch === true ? readFetchFlags(raw) : null;
  const isWaiting = raw.wait === true || fetch !== null;
  if (fetch === null) refuseFetchFlags(raw);
  if (!isWaiting) refuseWaitFlags(raw, '--wait or --fetch');
  if (raw.language !== undefined && raw.transcripts === undefined) {
    throw new ExpectedError('USAGE', '--language needs --transcripts FORMAT');
  }
  if (raw.transcriptsOnly === true && raw.transcripts === undefined) {
    throw new ExpectedError('USAGE', '--transcripts-only needs --transcripts FORMAT');
  }
  const mediaIds = [...(raw.media ?? []), ...(raw.medium ?? [])];
  const query = readQueryFlags(raw);
  if (query !== null && mediaIds.length > 0) {
    throw new ExpectedError('USAGE', '-m and a query cannot be combined', {
      hint: 'select media either by their IDs or by a query',
    });
  }
  const hasMedia = query !== null || mediaIds.length > 0;
  if (raw.split !== undefined) checkSplit(raw, hasMedia);
  if (raw.transcripts !== undefined && !hasMedia && raw.fromFile === undefined) {
    throw noMediaChosen();
  }
  if (mediaIds.includes('-') && raw.fromFile === '-') {
    throw new ExpectedError('USAGE', '-m - and -f - both read standard input');
  }
  return {
    mediaIds,
    renditionIds: raw.rendition ?? [],
    transcripts: (raw.transcript ?? []).map(forFlag('-t', parseTranscript)),
    query,
    split: raw.split ?? null,
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

/** Only media can be split, and flags for a single package do not apply. */
function checkSplit(raw: RawCreateFlags, hasMedia: boolean): void {
  if (!hasMedia) throw new ExpectedError('USAGE', '--split needs -m or a query');
  refuseBoth(raw.rendition !== undefined, '--split', '-r');
  refuseBoth(raw.transcript !== undefined, '--split', '-t');
  refuseBoth(raw.fromFile !== undefined, '--split', '-f');
  refuseBoth(raw.output !== undefined, '--split', '-o');
  refuseBoth(raw.checksum !== undefined, '--split', '--checksum');
}

/** A body from a file can name the media, so this is known only after it is read. */
export function noMediaChosen(): ExpectedError {
  return new ExpectedError('USAGE', '--transcripts needs at least one media item', {
    hint: 'select media with -m ID or a query such as --tag TAG',
  });
}
