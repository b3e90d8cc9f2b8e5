/** One spoken passage of a transcript. */
export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker?: string;
  /** May hold line breaks. */
  readonly text: string;
}

/** Formats that a transcript can be had in by itself; packages take all but `vtt`; docs/openapi.yaml names them. */
export type CueFormat = 'json' | 'txt' | 'srt' | 'vtt';

export const CUE_FORMATS: readonly CueFormat[] = ['json', 'txt', 'srt', 'vtt'];

export const CUE_MIME_TYPES: Readonly<Record<CueFormat, string>> = {
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  srt: 'application/x-subrip; charset=utf-8',
  vtt: 'text/vtt; charset=utf-8',
};
