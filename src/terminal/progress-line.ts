import { displayWidth, truncateToWidth } from './display-width.ts';
import { formatDuration } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { describeEvent, describeTransfer, nameOf } from './progress-words.ts';
import type { ProgressEvent } from './terminal.ts';

/** What the one line that is redrawn shows. */
export interface ProgressView {
  readonly event: ProgressEvent;
  /** Since the first event about the same id. */
  readonly elapsedMs: number;
  /** How many ids are under way. */
  readonly activeCount: number;
}

const BAR_WIDTH = 10;
/** A name shorter than this says nothing; the numbers have the room then. */
const SHORTEST_NAME = 12;

/** One line about what is going on, no wider than `width` cells; it gives up its bar and its name first. */
export function formatProgressLine(view: ProgressView, width: number, glyphs: Glyphs): string {
  const { event, activeCount } = view;
  const crowd = activeCount > 1 ? `${activeCount} at once` : undefined;
  const name = nameOf(event);
  for (const parts of choices(view, glyphs)) {
    const facts = join([crowd, ...parts], glyphs);
    if (displayWidth(facts) > width) continue;
    if (name === undefined) return facts;
    const roomForName = width - displayWidth(facts) - displayWidth(glyphs.separator);
    if (roomForName < Math.min(SHORTEST_NAME, displayWidth(name))) continue;
    return join([crowd, truncateToWidth(name, roomForName, glyphs.ellipsis), ...parts], glyphs);
  }
  const shortest = choices(view, glyphs).at(-1) ?? [];
  return truncateToWidth(join(shortest, glyphs), width, glyphs.ellipsis);
}

/** What the line may say, the most telling form first. */
function choices({ event, elapsedMs }: ProgressView, glyphs: Glyphs): readonly (string | undefined)[][] {
  if (event.event === 'state' || event.event === 'wait') {
    return [[describeEvent(event), formatDuration(elapsedMs)], [describeEvent(event)]];
  }
  if (event.event !== 'progress') return [[describeEvent(event)]];
  const { percent, share, amount, rate, left } = describeTransfer(event);
  if (percent === undefined)
    return [[amount ?? describeEvent(event), rate], [amount ?? describeEvent(event)]];
  const bar = share === undefined ? undefined : drawBar(share, glyphs);
  return [
    [`${bar} ${percent}`, amount, rate, left],
    [percent, amount, rate, left],
    [percent, rate, left],
    [percent, left],
    [percent],
  ];
}

function drawBar(share: number, glyphs: Glyphs): string {
  const done = Math.floor(share * BAR_WIDTH);
  return glyphs.barDone.repeat(done) + glyphs.barLeft.repeat(BAR_WIDTH - done);
}

function join(parts: readonly (string | undefined)[], glyphs: Glyphs): string {
  return parts.filter((part) => part !== undefined).join(glyphs.separator);
}
