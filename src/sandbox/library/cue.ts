/** One spoken passage of a transcript. */
export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker?: string;
  /** May contain line breaks. */
  readonly text: string;
}

/** Formats of single transcripts; packages support all but `vtt`. See docs/openapi.yaml. */
export type CueFormat = 'json' | 'txt' | 'srt' | 'vtt';

export const CUE_FORMATS: readonly CueFormat[] = ['json', 'txt', 'srt', 'vtt'];

export const CUE_MIME_TYPES: Readonly<Record<CueFormat, string>> = {
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  srt: 'application/x-subrip; charset=utf-8',
  vtt: 'text/vtt; charset=utf-8',
};
