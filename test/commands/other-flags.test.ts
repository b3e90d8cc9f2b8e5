import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { defineDemo } from '../../src/commands/demo.ts';
import { defineHelp } from '../../src/commands/help.ts';
import { defineList, type ListOptions } from '../../src/commands/list.ts';
import { defineMedia, type MediaListOptions } from '../../src/commands/media.ts';
import { defineRm, type RmOptions } from '../../src/commands/rm.ts';
import { defineSandbox, type SandboxCommandOptions } from '../../src/commands/sandbox.ts';
import { defineStatus, type StatusOptions } from '../../src/commands/status.ts';
import { DEFAULT_QUERY, DEFAULT_WAIT } from './default-flags.ts';
import { parseLine, refusalOf } from './parse-line.ts';

type Keep = (...parsed: readonly unknown[]) => Promise<void>;

function defineAll(parent: Command, keep: Keep): void {
  defineStatus(parent, keep);
  defineList(parent, keep);
  defineRm(parent, keep);
  defineMedia(parent, { list: keep, show: keep });
  defineSandbox(parent, keep);
  defineDemo(parent, keep);
  defineHelp(parent, keep);
}

const STATUS: StatusOptions = { ids: ['id'], wait: null, exitStatus: false };
const LIST: ListOptions = { page: null, perPage: 50, limit: 30, status: null, sort: null };
const RM: RmOptions = { ids: ['id'], filter: null, yes: false, ignoreNotFound: false, dryRun: false };
const MEDIA: MediaListOptions = { text: null, query: DEFAULT_QUERY, sort: null, limit: 30 };
const SANDBOX: SandboxCommandOptions = {
  port: 0,
  mediaFolder: null,
  moreMedia: 0,
  prepareMs: 2_000,
  faults: [],
  traits: undefined,
  command: [],
};

const LINES: readonly (readonly [line: readonly string[], options: object])[] = [
  [['status', 'id'], STATUS],
  [['status'], { ...STATUS, ids: [] }],
  [['status', 'a', 'b', '-'], { ...STATUS, ids: ['a', 'b', '-'] }],
  [['status', '--', '-a'], { ...STATUS, ids: ['-a'] }],
  [['status', 'id', '--wait'], { ...STATUS, wait: DEFAULT_WAIT }],
  [
    ['status', '--wait', '--timeout', '15m', '--interval', '2s', 'id'],
    { ...STATUS, wait: { timeoutMs: 900_000, intervalMs: 2_000 } },
  ],
  [['status', 'id', '--wait', '--timeout', '0'], { ...STATUS, wait: { timeoutMs: 0, intervalMs: null } }],
  [['status', 'id', '--no-wait'], STATUS],
  [['status', 'id', '--exit-status'], { ...STATUS, exitStatus: true }],

  [['list'], LIST],
  [['ls'], LIST],
  [['list', '--page', '2'], { ...LIST, page: 2, limit: 50 }],
  [['list', '--page=1', '--per-page', '10'], { ...LIST, page: 1, perPage: 10, limit: 50 }],
  [['list', '--page', '2', '-L', '3'], { ...LIST, page: 2, limit: 3 }],
  [['list', '--per-page', '50'], LIST],
  [['list', '-L', '5'], { ...LIST, limit: 5 }],
  [['list', '-L5'], { ...LIST, limit: 5 }],
  [['list', '--limit', '1000'], { ...LIST, limit: 1_000 }],
  [['list', '--all'], { ...LIST, limit: Number.POSITIVE_INFINITY }],
  [['list', '--status', 'ready'], { ...LIST, status: 'ready' }],
  [['list', '--sort', 'created'], { ...LIST, sort: { field: 'created', isDescending: false } }],
  [['list', '--sort', 'sizeBytes:desc'], { ...LIST, sort: { field: 'sizeBytes', isDescending: true } }],

  [['rm', 'id'], RM],
  [['rm'], { ...RM, ids: [] }],
  [['delete', 'id'], RM],
  [['rm', 'a', '-', 'b'], { ...RM, ids: ['a', '-', 'b'] }],
  [['rm', '-y', 'id'], { ...RM, yes: true }],
  [['rm', '-yq', 'id'], { ...RM, yes: true }],
  [['rm', '-qy', 'id'], { ...RM, yes: true }],
  [['rm', '-yn', 'id'], { ...RM, yes: true, dryRun: true }],
  [
    ['rm', '--older-than', '2w', '-y'],
    { ...RM, ids: [], filter: { status: null, olderThanMs: 1_209_600_000 }, yes: true },
  ],
  [
    ['rm', '--status', 'Failed', '-n'],
    { ...RM, ids: [], filter: { status: 'Failed', olderThanMs: null }, dryRun: true },
  ],
  [
    ['rm', '--status', 'ready', '--older-than', '1d'],
    { ...RM, ids: [], filter: { status: 'ready', olderThanMs: 86_400_000 } },
  ],
  [['rm', '-vvfn', 'id'], { ...RM, yes: true, ignoreNotFound: true, dryRun: true }],
  [['rm', 'id', '--yes'], { ...RM, yes: true }],
  [['rm', 'id', '--ignore-not-found'], { ...RM, ignoreNotFound: true }],
  [['rm', 'id', '-f'], { ...RM, yes: true, ignoreNotFound: true }],
  [['rm', 'id', '--force'], { ...RM, yes: true, ignoreNotFound: true }],
  [['rm', 'id', '--dry-run'], { ...RM, dryRun: true }],

  [['media', 'list'], MEDIA],
  [['media', 'ls'], MEDIA],
  [['media', 'list', 'interview'], { ...MEDIA, text: 'interview' }],
  [['media', 'list', '--type', 'Video'], { ...MEDIA, query: { ...DEFAULT_QUERY, type: 'video' } }],
  [['media', 'list', '--tag', 'demo'], { ...MEDIA, query: { ...DEFAULT_QUERY, tag: 'demo' } }],
  [['media', 'list', '--search', 'a b'], { ...MEDIA, query: { ...DEFAULT_QUERY, search: 'a b' } }],
  [['media', 'list', '--speaker', 'Anna'], { ...MEDIA, query: { ...DEFAULT_QUERY, speaker: 'Anna' } }],
  [['media', 'list', '--channel', 'c1'], { ...MEDIA, query: { ...DEFAULT_QUERY, channel: 'c1' } }],
  [['media', 'list', '--since', '7d'], { ...MEDIA, query: { ...DEFAULT_QUERY, since: '7d' } }],
  [
    ['media', 'list', '--until', '2025-01-31'],
    { ...MEDIA, query: { ...DEFAULT_QUERY, until: '2025-01-31' } },
  ],
  [['media', 'list', '--max-media', '9'], { ...MEDIA, query: { ...DEFAULT_QUERY, maxMedia: 9 } }],
  [['media', 'list', '--sort', 'name:desc'], { ...MEDIA, sort: 'name:desc' }],
  [['media', 'list', '--sort', 'name'], { ...MEDIA, sort: 'name' }],
  [['media', 'list', '-L', '7', 'x'], { ...MEDIA, text: 'x', limit: 7 }],
  [['media', 'list', '--all'], { ...MEDIA, limit: Number.POSITIVE_INFINITY }],
  [['media', 'show', 'id'], { id: 'id' }],

  [['sandbox'], SANDBOX],
  [['sandbox', '--port', '8080'], { ...SANDBOX, port: 8_080 }],
  [['sandbox', '--media-dir', 'films'], { ...SANDBOX, mediaFolder: 'films' }],
  [['sandbox', '--more-media', '1000'], { ...SANDBOX, moreMedia: 1_000 }],
  [['sandbox', '--more-media', '1'], { ...SANDBOX, moreMedia: 1 }],
  [['sandbox', '--prepare', '1m'], { ...SANDBOX, prepareMs: 60_000 }],
  [['sandbox', '--prepare', '0'], { ...SANDBOX, prepareMs: 0 }],
  [
    ['sandbox', '--fault', 'create-reset', '--fault', 'cut=64K,2'],
    {
      ...SANDBOX,
      faults: [
        { name: 'create-reset', amount: 0, times: 1, text: '' },
        { name: 'cut', amount: 65_536, times: 2, text: '64K,2' },
      ],
    },
  ],
  [['sandbox', '--', 'tool', '-q', '--port', '9'], { ...SANDBOX, command: ['tool', '-q', '--port', '9'] }],
  [
    ['sandbox', '--port', '1', '--', 'tool', '--', 'x'],
    { ...SANDBOX, port: 1, command: ['tool', '--', 'x'] },
  ],

  [['demo'], {}],
  [['help'], { words: [] }],
  [['help', 'media', 'list'], { words: ['media', 'list'] }],
  [['help', 'exit-codes'], { words: ['exit-codes'] }],
];

test.each(LINES)('%j', async (line, options) => {
  const parsed = await parseLine(defineAll, line);
  expect(parsed).toEqual(line[0] === 'demo' ? [] : [options]);
});

test.each([
  [['status', 'id', '--timeout', '5m'], '--timeout needs --wait'],
  [['status', 'id', '--interval', '5s'], '--interval needs --wait'],
  [['status', 'id', '--wait', '--timeout', '60'], 'use 60s for seconds, or 60m for minutes'],
  [['list', 'x'], 'too many arguments'],
  [['list', '--page', '0'], '--page: "0" is not a whole number from 1'],
  [['list', '--page', '-1'], '--page: "-1" is not a whole number'],
  [['list', '--per-page', '51'], '--per-page: "51" is not a whole number from 1 to 50'],
  [['list', '--per-page', '0'], '--per-page: "0" is not a whole number from 1 to 50'],
  [['list', '-L', '0'], '--limit: "0" is not a whole number'],
  [['list', '-L', '1e3'], '--limit: "1e3" is not a whole number'],
  [['list', '--all', '--limit', '5'], '--all and --limit cannot be combined'],
  [['list', '--all', '--page', '2'], '--all and --page cannot be combined'],
  [['list', '--status', ''], '--status: the value is empty'],
  [['list', '--sort', 'colour'], 'use one of id, status, title, created, expires, sizeBytes'],
  [['list', '--sort', 'created:up'], 'cannot sort by "created:up"'],
  [['rm', '-yz', 'id'], "unknown option '-z'"],
  [['media', 'list', 'a', 'b'], 'too many arguments'],
  [['media', 'list', ''], 'the value is empty'],
  [
    ['media', 'list', '--type', 'vidoe'],
    '--type: invalid value "vidoe": expected video, audio, image, document',
  ],
  [['media', 'list', '--tag', ''], '--tag: the value is empty'],
  [['media', 'list', '--sort', 'name:up'], 'cannot sort by "name:up"'],
  [['media', 'list', '--sort', ':desc'], '--sort: the value is empty'],
  [['media', 'list', '--all', '-L', '1'], '--all and --limit cannot be combined'],
  [['media', 'list', 'a', '--search', 'b'], 'TEXT and --search cannot be combined'],
  [['media', 'show'], 'missing required argument'],
  [['media', 'show', ''], 'the value is empty'],
  [['sandbox', '--port', '65536'], '--port: "65536" is not a whole number from 0 to 65535'],
  [['sandbox', '--port', '-1'], '--port: "-1" is not a whole number'],
  [['sandbox', '--prepare', '5'], '--prepare: the duration 5 has no unit'],
  [['sandbox', '--media-dir', ''], '--media-dir: the value is empty'],
  [['sandbox', '--more-media', '0'], '--more-media: "0" is not a whole number from 1 to 100000'],
  [['sandbox', '--more-media', '1', '--media-dir', 'x'], '--media-dir and --more-media cannot be combined'],
  [['sandbox', '--fault', 'nonsense'], '--fault: unknown fault "nonsense"'],
  [['sandbox', '--fault', 'cut=lots'], 'use cut=BYTES'],
  [['demo', 'x'], 'too many arguments'],
])('rejects %j', async (line, message) => {
  expect(await refusalOf(defineAll, line)).toContain(message);
});
