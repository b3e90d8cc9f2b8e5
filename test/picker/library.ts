import type { MediaAsset, Transcript } from '../../src/api/wire.ts';
import { createClock } from '../../src/clock.ts';
import type { ScriptedPackage } from '../support/api/api-packages.ts';
import { EVIL } from '../terminal/text/evil-text.ts';

/** Adds an hour, so that a slow run does not change the displayed age. */
function daysAgo(days: number): string {
  return new Date(createClock().now() - (days * 24 + 1) * 3_600_000).toISOString();
}

/** A few media items of every kind, with names that are hard to draw. */
export const MEDIA: readonly MediaAsset[] = [
  {
    id: 'talk-1',
    name: 'Interview with Anna',
    type: 'video',
    duration: 185,
    created: daysAgo(2),
    renditions: [
      { id: 'talk-1-hd', name: '1080p' },
      { id: 'talk-1-sd', name: '360p, mono sound' },
    ],
  },
  { id: 'talk-2', name: 'Interview with Ben', type: 'video', duration: 3725, created: daysAgo(9) },
  { id: 'wide', name: '日本語の講義 第一回', type: 'video', duration: 45, created: daysAgo(400) },
  { id: 'emoji', name: 'Party 🎉👩‍👩‍👧 in Graz', type: 'image', created: daysAgo(60) },
  {
    id: 'long',
    name: 'A lecture whose title goes on and on, longer than any row of a terminal has room for, and then some more',
    type: 'audio',
    duration: 90_000,
    created: daysAgo(1200),
  },
  { id: 'bare', name: 'Only a name' },
  { id: "it's; $(odd)", name: "Report 'final' $(rm -rf)", type: 'document', created: daysAgo(1) },
];

export const TRANSCRIPTS: Readonly<Record<string, readonly Transcript[]>> = {
  'talk-1': [
    { id: 'tr-1-de', languageCode: 'de-v2' },
    { id: 'tr-1-en', languageCode: 'en-v2' },
  ],
  'talk-2': [{ id: 'tr-2-de', languageCode: 'de-v2' }],
};

export const EVIL_MEDIA: readonly MediaAsset[] = [
  {
    id: `evil${EVIL}`,
    name: `Name${EVIL}`,
    type: 'video',
    renditions: ['evil-1', 'evil-2'].map((id) => ({ id, name: `Rendition${EVIL}` })),
  },
];

export const EVIL_TRANSCRIPTS: Readonly<Record<string, readonly Transcript[]>> = {
  [`evil${EVIL}`]: [{ id: `tr${EVIL}`, languageCode: `de${EVIL}` }],
};

export function manyMedia(count: number): readonly MediaAsset[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `m-${index}`,
    name: `Recording ${String(index).padStart(4, '0')}`,
    type: 'video' as const,
    duration: index,
  }));
}

/** Not sorted by age, and the last without one. */
export const PACKAGES: readonly ScriptedPackage[] = [
  { id: 'old', title: 'Last week', status: 'ready', created: daysAgo(7), files: ['one'] },
  { id: 'new', title: 'Yesterday', status: 'preparing', created: daysAgo(1) },
  { id: 'untitled', status: 'ready', created: daysAgo(3), files: ['one'] },
  { id: 'ageless', title: 'Some time', status: 'failed' },
];
