import type { Cue, CueFormat } from './cue.ts';

export interface FormatCuesOptions {
  readonly languageCode: string;
  readonly omitSpeakerLabels?: boolean;
}

/** A transcript as a file in this format, with LF line ends. */
export function formatCues(cues: readonly Cue[], format: CueFormat, options: FormatCuesOptions): string {
  const shown = options.omitSpeakerLabels === true ? cues.map(withoutSpeaker) : cues;
  return FORMATTERS[format](shown, options.languageCode);
}

const FORMATTERS: Readonly<Record<CueFormat, (cues: readonly Cue[], languageCode: string) => string>> = {
  json: formatJson,
  txt: (cues) => cues.map((cue) => `${labelled(cue)}\n`).join(''),
  srt: (cues) =>
    cues.map((cue, index) => `${index + 1}\n${formatSpan(cue, ',')}\n${labelled(cue)}\n`).join('\n'),
  vtt: (cues) =>
    ['WEBVTT\n', ...cues.map((cue) => `${formatSpan(cue, '.')}\n${formatVoice(cue)}\n`)].join('\n'),
};

function formatJson(cues: readonly Cue[], languageCode: string): string {
  const items = cues.map(({ startMs, endMs, speaker, text }) => ({
    start: startMs / 1000,
    end: endMs / 1000,
    ...(speaker === undefined ? {} : { speaker }),
    text,
  }));
  return `${JSON.stringify({ languageCode, cues: items }, null, 2)}\n`;
}

function withoutSpeaker({ startMs, endMs, text }: Cue): Cue {
  return { startMs, endMs, text };
}

function labelled({ speaker, text }: Cue): string {
  return speaker === undefined ? text : `${speaker}: ${text}`;
}

/** WebVTT 4.2.2: `&`, `<` and `>` of the text are written as entities, the speaker as a voice tag. */
function formatVoice({ speaker, text }: Cue): string {
  const escaped = escapeVtt(text);
  return speaker === undefined ? escaped : `<v ${escapeVtt(speaker)}>${escaped}`;
}

function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function formatSpan({ startMs, endMs }: Cue, separator: ',' | '.'): string {
  return `${formatTime(startMs, separator)} --> ${formatTime(endMs, separator)}`;
}

function formatTime(timeMs: number, separator: ',' | '.'): string {
  const pad = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, '0');
  const seconds = `${pad((timeMs / 1000) % 60)}${separator}${pad(timeMs % 1000, 3)}`;
  return `${pad(timeMs / 3_600_000)}:${pad((timeMs / 60_000) % 60)}:${seconds}`;
}
