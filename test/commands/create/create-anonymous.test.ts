import { describe, expect, test } from 'vitest';
import { runCommand } from '../run-command.ts';
import { bodiesSent, startEmpty } from '../scene.ts';

describe('create without a credential', () => {
  test('sends one rendition without an Authorization header', async () => {
    const api = await startEmpty({ token: null });
    const run = await runCommand(['create', '-r', 'r1', '--title', 'Mine'], { api, token: null });
    expect(run.exitCode).toBe(0);
    expect(bodiesSent(api)).toEqual([{ title: 'Mine', selectedRenditionIds: ['r1'] }]);
    expect(api.requests[0]?.headers.get('authorization')).toBeUndefined();
  });

  test('--anonymous ignores an existing token', async () => {
    const api = await startEmpty({ token: null });
    const run = await runCommand(['create', '-r', 'r1', '--anonymous'], { api });
    expect(run.exitCode).toBe(0);
    expect(api.requests[0]?.headers.get('authorization')).toBeUndefined();
  });

  test.each([
    ['a media item', ['-m', 'm1']],
    ['two renditions', ['-r', 'r1', '-r', 'r2']],
  ])('rejects %s with exit code 4 and sends nothing', async (_name, flags) => {
    const api = await startEmpty({ token: null });
    const run = await runCommand(['create', ...flags, '--json'], { api, token: null });
    expect(run).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH' } } });
    expect(run.stderr).toMatch(/^error: .+\nhint: .*-r ID/);
    expect(api.requests).toHaveLength(0);
  });

  test.each([
    ['a rendition and a transcript', ['-r', 'r1', '-t', 't1']],
    ['transcripts to look up', ['-m', 'm1', '--transcripts', 'srt', '--transcripts-only']],
  ])('lets the service decide whether %s are allowed', async (_name, flags) => {
    const api = await startEmpty({ token: null, transcripts: { m1: [{ id: 't1', languageCode: 'de' }] } });
    const run = await runCommand(['create', ...flags], { api, token: null });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(bodiesSent(api)).toMatchObject([{ selectedTranscripts: [{ id: 't1', format: 'srt' }] }]);
  });
});
