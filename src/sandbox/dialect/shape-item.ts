import type { Traits } from './traits.ts';

export type Item = Readonly<Record<string, unknown>>;

/** A media item from `describeMediaItem` in a dialect. */
export function shapeMediaItem(medium: Item, traits: Traits): Item {
  const { name, type, created, renditions, ...rest } = medium;
  return {
    ...rest,
    [traits['name-key']]: name,
    ...(traits['type-key'] === 'absent'
      ? {}
      : { [traits['type-key']]: inCase(typeof type === 'string' ? type : '', traits) }),
    ...(traits['created-key'] === 'absent' ? {} : { [traits['created-key']]: shapeTime(created, traits) }),
    ...shapeRenditions(renditions, traits),
  };
}

function shapeRenditions(renditions: unknown, traits: Traits): Item {
  if (traits.renditions === 'absent') return {};
  if (traits.renditions === 'null') return { renditions: null };
  if (traits.renditions === 'full' || !Array.isArray(renditions)) return { renditions };
  return {
    renditions: [{ name: 'thumbnail', mimeType: 'image/jpeg', size: 1 }, ...(renditions as unknown[])],
  };
}

function inCase(type: string, traits: Traits): string {
  if (traits['type-case'] === 'upper') return type.toUpperCase();
  return traits['type-case'] === 'capital' ? type.charAt(0).toUpperCase() + type.slice(1) : type;
}

/** A package from `describePackage` in a dialect. */
export function shapePackage(described: Item, traits: Traits): Item {
  const { status, compressed, title, created, expires, ...rest } = described;
  const word = statusWord(status, traits);
  return {
    ...rest,
    ...(word === 'absent' ? {} : { status: statusForm(word, traits) }),
    ...shapeCompressed(compressed, traits),
    ...(title === undefined || traits['package-name-key'] === 'absent'
      ? {}
      : { [traits['package-name-key']]: title }),
    ...(traits['created-key'] === 'absent'
      ? {}
      : { [traits['created-key']]: shapeTime(created, traits), expires: shapeTime(expires, traits) }),
    ...(described['files'] === undefined ? filesBefore(traits) : {}),
  };
}

function statusWord(status: unknown, traits: Traits): unknown {
  if (status === 'ready') return traits['ready-word'];
  if (status === 'preparing') return traits['preparing-word'];
  return status === 'failed' ? traits['failed-word'] : status;
}

function statusForm(word: unknown, traits: Traits): unknown {
  return traits['status-form'] === 'object' ? { state: word, progress: 40 } : word;
}

function shapeCompressed(compressed: unknown, traits: Traits): Item {
  if (traits.compressed === 'absent') return {};
  if (traits.compressed === 'false') return { compressed: false };
  return { compressed: traits.compressed === 'text' ? JSON.stringify(compressed) : compressed };
}

function filesBefore(traits: Traits): Item {
  if (traits['files-before'] === 'absent') return {};
  return { files: traits['files-before'] === 'null' ? null : [] };
}

/** `2025-01-07T09:00:00Z` in the format of the dialect. */
function shapeTime(time: unknown, traits: Traits): unknown {
  const utc = typeof time === 'string' ? time : '';
  const timeMs = Date.parse(utc);
  switch (traits.times) {
    case 'blank':
      return utc.replace('T', ' ').replace('Z', '');
    case 'no-zone':
      return utc.replace('Z', '');
    case 'offset':
      return new Date(timeMs + 7_200_000).toISOString().replace(/\.\d+Z$/, '+02:00');
    case 'seven-digits':
      return utc.replace('Z', '.0000000Z');
    case 'seconds':
      return timeMs / 1000;
    case 'milliseconds':
      return timeMs;
    case 'zone-name':
      return `${utc}[UTC]`;
    case 'parts':
      return utc.split(/\D/).slice(0, 6).map(Number);
    case 'utc':
      return utc;
  }
}
