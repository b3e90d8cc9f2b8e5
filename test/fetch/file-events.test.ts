import { expect, test } from 'vitest';
import type { FileEvent } from '../../src/download/download-file.ts';
import { ExpectedError } from '../../src/errors.ts';
import { reportFileEvents } from '../../src/fetch/file-events.ts';
import { makeTerminal, type TestTerminalOptions } from '../terminal/make-terminal.ts';

const MIB = 1024 * 1024;

function start(options: TestTerminalOptions = {}) {
  const made = makeTerminal(options);
  const tell = reportFileEvents(made.terminal, { id: 'dl-1', label: 'talk.zip', clock: made.clock });
  return { ...made, tell };
}

function progress(megabytes: number, connections = 4) {
  return { kind: 'progress', haveBytes: megabytes * MIB, totalBytes: 100 * MIB, connections } as const;
}

test('draws the number of connections, but omits it from --progress json', async () => {
  const { tell, terminal, stderr } = start({ isTTY: true, colorMode: 'never', columns: 120 });
  tell(progress(40));
  await terminal.flush();
  terminal.endProgress();
  expect(stderr.text()).toMatch(/talk\.zip · \S+ {2}40 % · .* · 4 connections/);

  const json = start({ progressMode: 'json' });
  json.tell(progress(40));
  expect(json.stderr.text()).not.toContain('connections');
});

test('reports fewer connections only with -v', () => {
  const event = { kind: 'connections', count: 1, reason: 'the server ignores ranges' } as const;
  const quiet = start();
  quiet.tell(event);
  expect(quiet.stderr.text()).toBe('');
  const verbose = start({ verbosity: 1 });
  verbose.tell(event);
  verbose.tell({ ...event, count: 2, reason: 'the server refuses more' });
  expect(verbose.stderr.text()).toBe(
    'talk.zip: continuing with 1 connection (the server ignores ranges)\n' +
      'talk.zip: continuing with 2 connections (the server refuses more)\n',
  );
});

test.each([
  [1, '1 archive entry'],
  [3, '3 archive entries'],
])('warns about %d unverified entries', (count, words) => {
  const { tell, stderr } = start();
  tell({ kind: 'unverified-entries', count, reason: 'a.txt: encrypted' });
  expect(stderr.text()).toBe(`warning: cannot verify the content of ${words} (a.txt: encrypted)\n`);
});

test('reports a retry with its delay', () => {
  const { tell, stderr } = start();
  const error = new ExpectedError('UNAVAILABLE', 'connection reset');
  tell({ kind: 'retry', attempt: 2, delayMs: 4_000, error });
  tell({ kind: 'retry', attempt: 3, delayMs: 0, error });
  expect(stderr.text()).toBe(
    'talk.zip: retry 2: connection reset; retrying in 4s\n' +
      'talk.zip: retry 3: connection reset; retrying in 1s\n',
  );
});

test.each<[FileEvent, string]>([
  [
    { kind: 'restart', reason: 'the file has changed', lostBytes: 3 * MIB },
    'warning: the file has changed; restarting the download (3 MiB discarded)\n',
  ],
  [
    { kind: 'discarded', reason: 'the part is damaged' },
    'warning: cannot resume: the part is damaged; restarting the download\n',
  ],
  [{ kind: 'resuming', haveBytes: 3 * MIB }, 'Resuming talk.zip at 3 MiB.\n'],
  [
    { kind: 'repair', reason: 'a.txt is wrong', bytes: 3 * MIB },
    'warning: a.txt is wrong; downloading that range again (3 MiB)\n',
  ],
  [{ kind: 'malformed-digest', field: 'digest' }, 'talk.zip: ignoring the invalid header digest\n'],
  [
    { kind: 'leftover', reason: 'the journal stays' },
    'warning: the file is complete, but the journal stays\n',
  ],
])('prints %j as %j', (event, text) => {
  const { tell, stderr } = start({ verbosity: 1 });
  tell(event);
  expect(stderr.text()).toBe(text);
});

test('reports the progress of verification', () => {
  const { tell, stderr } = start({ progressMode: 'json' });
  tell({ kind: 'verify', bytes: MIB, totalBytes: 3 * MIB });
  expect(JSON.parse(stderr.text())).toMatchObject({
    event: 'verify',
    id: 'dl-1',
    bytes: MIB,
    totalBytes: 3 * MIB,
  });
});

test('reports progress at most ten times a second, and always the last byte', () => {
  const { tell, stderr, clock } = start({ progressMode: 'json' });
  for (let step = 1; step <= 100; step += 1) {
    tell(progress(step));
    clock.advance(10);
  }
  const lines = stderr.text().trimEnd().split('\n');
  expect(lines).toHaveLength(11);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ bytes: 100 * MIB, totalBytes: 100 * MIB });
});

test('reports bytes of a killed run that are downloaded again', () => {
  const { tell, stderr } = start();
  tell({ kind: 'unsynced', bytes: 3 * MIB });
  expect(stderr.text()).toBe(
    'Downloading 3 MiB of talk.zip again: the last run ended before they were safely on disk.\n',
  );
});
