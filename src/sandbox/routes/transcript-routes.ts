import { contentDisposition } from '../files/file-headers.ts';
import { CUE_FORMATS, CUE_MIME_TYPES } from '../library/cue.ts';
import { formatCues } from '../library/format-cues.ts';
import { safeName } from '../packages/package-items.ts';
import { Refusal, refuseFields } from '../server/refusal.ts';
import type { ApiCall, SandboxResponse } from '../state/api-call.ts';
import { describeTranscript, syntheticItem } from './describe.ts';
import { findMediaItem } from './media-routes.ts';
import { listResponse, pageOf } from './paging.ts';

export function listTranscripts({ parameter, query, state }: ApiCall): SandboxResponse {
  const { traits, faults } = state;
  const { transcripts } = findMediaItem(parameter('assetId'), state);
  const described = transcripts.map(describeTranscript);
  if (described.length === 0) {
    const none = traits['no-transcripts'];
    if (none === '404') throw new Refusal(404, 'this media item has no transcripts');
    if (none === '204') return { status: 204, text: '', mimeType: 'application/json' };
    if (none === 'null') return { status: 200, data: null };
  }
  const page =
    traits['transcript-pages'] === 'paged'
      ? pageOf<unknown>(described, { query, sizeParameter: 'perpage', faults, traits, makeUp: syntheticItem })
      : { items: described, page: 0, totalCount: described.length };
  return listResponse(page, 'transcripts', state);
}

/** One transcript as a file, without an envelope. */
export async function downloadTranscript({ parameter, query, state }: ApiCall): Promise<SandboxResponse> {
  const medium = findMediaItem(parameter('assetId'), state);
  const transcript = medium.transcripts.find(({ id }) => id === parameter('transcriptId'));
  if (transcript === undefined) throw new Refusal(404, 'this media item has no transcript with this ID');
  const asked = query.get('transcriptDownloadType') ?? '';
  if (asked === 'docx') {
    refuseFields({ transcriptDownloadType: 'this sandbox does not support docx' });
  }
  const format = CUE_FORMATS.find((known) => known === asked);
  if (format === undefined) {
    throw new Refusal(400, 'unknown format', {
      fields: { transcriptDownloadType: `must be one of ${CUE_FORMATS.join(', ')}, docx` },
    });
  }
  const { languageCode } = transcript;
  const omitSpeakerLabels = query.get('omitSpeakerLabels')?.toLowerCase() === 'true';
  return {
    status: 200,
    text: formatCues(await transcript.readCues(), format, { languageCode, omitSpeakerLabels }),
    mimeType: CUE_MIME_TYPES[format],
    headers: {
      'content-disposition':
        contentDisposition(`${safeName(medium.name)}.${languageCode}.${format}`) ?? 'attachment',
    },
  };
}
