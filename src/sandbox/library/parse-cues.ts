import type { Cue } from './cue.ts';

/** How long a line of plain text is shown, because it has no times. */
const PLAIN_LINE_MS = 3000;

const TIMES =
  /^\s*(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s+-->\s+(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})/;

/** The cues of SubRip or WebVTT text; blocks without times (headers, notes, styles) are skipped. */
export function parseTimedCues(text: string): Cue[] {
  return normaliseLines(text)
    .split(/\n{2,}/)
    .flatMap(parseBlock);
}

/** One cue of three seconds for each line that is not empty. */
export function parsePlainCues(text: string): Cue[] {
  return normaliseLines(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line, index) => ({
      startMs: index * PLAIN_LINE_MS,
      endMs: (index + 1) * PLAIN_LINE_MS,
      text: line,
    }));
}

function normaliseLines(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
}

function parseBlock(block: string): Cue[] {
  const lines = block.split('\n');
  const timesAt = lines.findIndex((line) => TIMES.test(line));
  const match = TIMES.exec(lines[timesAt] ?? '');
  if (match === null) return [];
  const body = lines
    .slice(timesAt + 1)
    .join('\n')
    .trim();
  const speaker = /^<v(?:\.[^ >]*)?\s+([^>]+)>/.exec(body)?.[1]?.trim();
  const text = decodeEntities(body.replaceAll(/<[^<>]*>/g, ''));
  if (text === '') return [];
  const times = { startMs: readTime(match.slice(1, 5)), endMs: readTime(match.slice(5, 9)) };
  return [speaker === undefined ? { ...times, text } : { ...times, speaker: decodeEntities(speaker), text }];
}

function readTime([hours = '0', minutes = '0', seconds = '0', fraction = '0']: string[]): number {
  return (
    (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0'))
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&nbsp;': '\u00A0',
  '&lrm;': '',
  '&rlm;': '',
};

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|nbsp|lrm|rlm);/g, (entity) => ENTITIES[entity] ?? entity);
}
