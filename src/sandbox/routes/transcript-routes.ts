import { contentDisposition } from '../files/file-headers.ts';
import { CUE_FORMATS, CUE_MIME_TYPES } from '../library/cue.ts';
import { formatCues } from '../library/format-cues.ts';
import { DOCX_MIME_TYPE, makeDocx } from '../library/make-docx.ts';
import { safeName } from '../packages/package-items.ts';
import { Refusal } from '../server/refusal.ts';
import type { ApiCall, SandboxResponse } from '../state/api-call.ts';
import { describeTranscript } from './describe.ts';
import { findMediaItem } from './media-routes.ts';
import { listResponse, pageOf } from './paging.ts';

export function listTranscripts({ parameter, query, state }: ApiCall): SandboxResponse {
  const { traits } = state;
  const { transcripts } = findMediaItem(parameter('assetId'), state);
  const described = isLate(state) ? [] : transcripts.map(describeTranscript);
  if (described.length === 0) {
    const none = traits['no-transcripts'];
    if (none === '404') throw new Refusal(404, 'this media item has no transcripts');
    if (none === '204') return { status: 204, text: '', mimeType: 'application/json' };
    if (none === 'null') return { status: 200, data: null };
    if (none === 'object') return { status: 200, data: {} };
  }
  const page =
    traits['transcript-pages'] === 'paged'
      ? pageOf<unknown>(described, { query, sizeParameter: 'perpage', traits })
      : { items: described, page: 0, totalCount: described.length };
  return listResponse(page, 'transcripts', state);
}

/** The state of the transcription of one media item. */
export function getMetadata({ parameter, state }: ApiCall): SandboxResponse {
  findMediaItem(parameter('assetId'), state);
  const running = state.faults.find('transcribing');
  const status = running !== undefined && isBefore(running.amount, state) ? 'running' : 'finished';
  return { status: 200, data: { status } };
}

function isLate(state: ApiCall['state']): boolean {
  return (['transcribing', 'late-transcripts'] as const).some((name) =>
    isBefore(state.faults.find(name)?.amount ?? 0, state),
  );
}

function isBefore(ageMs: number, { startedMs }: ApiCall['state']): boolean {
  return Date.now() < startedMs + ageMs;
}

/** One transcript as a file, without an envelope. */
export async function downloadTranscript({ parameter, query, state }: ApiCall): Promise<SandboxResponse> {
  const medium = findMediaItem(parameter('assetId'), state);
  const transcript = medium.transcripts.find(({ id }) => id === parameter('transcriptId'));
  if (transcript === undefined || isLate(state))
    throw new Refusal(404, 'this media item has no transcript with this ID');
  const asked = query.get('transcriptDownloadType') ?? '';
  const format = CUE_FORMATS.find((known) => known === asked);
  if (format === undefined && asked !== 'docx') {
    throw new Refusal(400, 'unknown format', {
      fields: { transcriptDownloadType: `must be one of ${[...CUE_FORMATS, 'docx'].join(', ')}` },
    });
  }
  const { languageCode } = transcript;
  const omitSpeakerLabels = query.get('omitSpeakerLabels')?.toLowerCase() === 'true';
  const cues = await transcript.readCues();
  const options = { languageCode, omitSpeakerLabels };
  const fileName = `${safeName(medium.name)}.${languageCode}.${asked}`;
  return {
    status: 200,
    text: format === undefined ? await makeDocx(cues, options) : formatCues(cues, format, options),
    mimeType: format === undefined ? DOCX_MIME_TYPE : CUE_MIME_TYPES[format],
    headers: { 'content-disposition': contentDisposition(fileName) ?? 'attachment' },
  };
}
