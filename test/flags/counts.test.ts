import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { defineCreate } from '../../src/commands/create.ts';
import { defineFetch } from '../../src/commands/fetch.ts';
import { defineList } from '../../src/commands/list.ts';
import { defineMedia } from '../../src/commands/media.ts';
import { defineSandbox } from '../../src/commands/sandbox.ts';
import { defineTranscripts } from '../../src/commands/transcripts.ts';
import { parseLine, refusalOf } from '../commands/parse-line.ts';

function defineAll(parent: Command, keep: (...parsed: readonly unknown[]) => Promise<void>): void {
  defineCreate(parent, keep);
  defineFetch(parent, keep);
  defineList(parent, keep);
  defineMedia(parent, { list: keep, show: keep });
  defineSandbox(parent, keep);
  defineTranscripts(parent, keep);
}

describe.each<[readonly string[], string, number, number]>([
  [['fetch', 'id'], '--connections', 1, 16],
  [['fetch', 'id'], '--jobs', 1, 16],
  [['fetch', 'id'], '--retries', 0, 1_000],
  [['transcripts', 'id'], '--jobs', 1, 16],
  [['transcripts', 'id'], '--retries', 0, 1_000],
  [['transcripts', '--all'], '--max-media', 1, 1_000_000],
  [['create', '--all'], '--split', 1, 1_000_000],
  [['create', '--all'], '--max-media', 1, 1_000_000],
  [['media', 'list'], '--max-media', 1, 1_000_000],
  [['list'], '--per-page', 1, 50],
  [['sandbox'], '--port', 0, 65_535],
  [['sandbox'], '--more-media', 1, 100_000],
])('%j %s', (line, flag, least, most) => {
  test.each([least, most])('accepts %i', async (count) => {
    expect(await parseLine(defineAll, [...line, flag, String(count)])).not.toEqual([]);
  });

  test.each([least - 1, most + 1, 1.5, ''])('rejects %s', async (count) => {
    const words = `${flag}: "${count}" is not a whole number from ${least} to ${most}`;
    expect(await refusalOf(defineAll, [...line, `${flag}=${count}`])).toContain(words);
  });
});
