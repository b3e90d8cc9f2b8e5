import type { Cue } from './cue.ts';

/** One media item of the built-in library; built-in-library.ts creates its bytes. */
export interface CatalogEntry {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly created: string;
  readonly make:
    | { readonly type: 'video' }
    | { readonly type: 'audio'; readonly durationSeconds: number; readonly frequencyHz: number }
    | { readonly type: 'image'; readonly width: number; readonly height: number }
    | { readonly type: 'document'; readonly lines: readonly string[] };
  /** Sentences by language code. */
  readonly transcripts: Readonly<Record<string, readonly Cue[]>>;
}

const WELCOME_GERMAN: readonly Cue[] = [
  { startMs: 0, endMs: 900, speaker: 'Anna', text: 'Willkommen bei Streamdiver.' },
  { startMs: 900, endMs: 2000, speaker: 'Ben', text: 'Schön, dass Sie da sind!' },
  { startMs: 2000, endMs: 3000, speaker: 'Anna', text: 'Über Untertitel & Texte sprechen wir gleich.' },
];

const WELCOME_ENGLISH: readonly Cue[] = [
  { startMs: 0, endMs: 900, speaker: 'Anna', text: 'Welcome to Streamdiver.' },
  { startMs: 900, endMs: 2000, speaker: 'Ben', text: 'Good to have you here!' },
  { startMs: 2000, endMs: 3000, speaker: 'Anna', text: 'Subtitles & texts are next.' },
];

const PODCAST_GERMAN: readonly Cue[] = [
  { startMs: 0, endMs: 4000, speaker: 'Clara', text: 'Guten Morgen aus der Redaktion.' },
  { startMs: 4500, endMs: 9000, speaker: 'Daniel', text: 'Heute geht es um Archive\nund wie man sie prüft.' },
];

const PODCAST_ENGLISH: readonly Cue[] = [
  { startMs: 0, endMs: 4000, speaker: 'Clara', text: 'Good morning from the newsroom.' },
  { startMs: 4500, endMs: 9000, speaker: 'Daniel', text: 'Today is about archives\nand how to check them.' },
];

/** More than one page of ten, in the order of creation. */
export const CATALOG: readonly CatalogEntry[] = [
  {
    name: 'Welcome to Streamdiver',
    description: 'A short tour of the platform',
    tags: ['onboarding', 'demo'],
    created: '2025-01-07T09:00:00Z',
    make: { type: 'video' },
    transcripts: { 'de-v2': WELCOME_GERMAN, 'en-v2': WELCOME_ENGLISH, 'translate-en-v2': WELCOME_ENGLISH },
  },
  {
    name: 'Grüße aus Graz',
    description: 'A postcard with umlauts in its name',
    tags: ['travel'],
    created: '2025-01-14T10:30:00Z',
    make: { type: 'video' },
    transcripts: { 'de-v2': WELCOME_GERMAN },
  },
  {
    name: 'Demo: search & filter',
    description: 'How to find a media item; its name is not a valid file name',
    tags: ['demo', 'howto'],
    created: '2025-02-03T08:15:00Z',
    make: { type: 'video' },
    transcripts: { 'en-v2': WELCOME_ENGLISH },
  },
  {
    name: 'Board meeting, first quarter',
    description: 'Without transcripts',
    tags: ['internal'],
    created: '2025-04-01T13:00:00Z',
    make: { type: 'video' },
    transcripts: {},
  },
  {
    name: 'Podcast 1: archives',
    description: 'What can go wrong in a zip file',
    tags: ['podcast', 'demo'],
    created: '2025-04-11T05:00:00Z',
    make: { type: 'audio', durationSeconds: 40, frequencyHz: 220 },
    transcripts: { 'de-v2': PODCAST_GERMAN, 'en-v2': PODCAST_ENGLISH },
  },
  {
    name: 'Podcast 2: subtitles',
    description: 'Speaker labels and who needs them',
    tags: ['podcast'],
    created: '2025-05-09T05:00:00Z',
    make: { type: 'audio', durationSeconds: 12, frequencyHz: 330 },
    transcripts: { 'de-v2': PODCAST_GERMAN },
  },
  {
    name: 'Jingle',
    description: 'One second of A',
    tags: ['podcast'],
    created: '2025-05-09T06:00:00Z',
    make: { type: 'audio', durationSeconds: 1, frequencyHz: 440 },
    transcripts: {},
  },
  {
    name: 'Cover picture',
    description: 'A gradient',
    tags: ['podcast', 'artwork'],
    created: '2025-05-10T07:00:00Z',
    make: { type: 'image', width: 320, height: 180 },
    transcripts: {},
  },
  {
    name: 'Logo',
    description: 'A smaller gradient',
    tags: ['artwork'],
    created: '2025-05-10T07:05:00Z',
    make: { type: 'image', width: 64, height: 64 },
    transcripts: {},
  },
  {
    name: 'Handbook',
    description: 'One page',
    tags: ['onboarding', 'howto'],
    created: '2025-06-02T12:00:00Z',
    make: { type: 'document', lines: ['Handbook', 'Select, wait, download.'] },
    transcripts: {},
  },
  {
    name: 'Terms of use',
    description: 'One more page',
    tags: ['internal'],
    created: '2025-06-02T12:10:00Z',
    make: { type: 'document', lines: ['Terms of use', 'Do as you please (within reason).'] },
    transcripts: {},
  },
  {
    name: 'Welcome to Streamdiver (older cut)',
    description: 'Kept for comparison',
    tags: ['onboarding'],
    created: '2024-11-20T09:00:00Z',
    make: { type: 'video' },
    transcripts: { 'de-v2': WELCOME_GERMAN },
  },
];
