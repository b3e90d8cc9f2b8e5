import { describe, expect, test } from 'vitest';
import { runCommand } from '../run-command.ts';
import { bodiesSent, startEmpty } from '../scene.ts';

describe('create without a credential', () => {
  test('sends one rendition, without an Authorization field', async () => {
    const api = await startEmpty({ token: null });
    const run = await runCommand(['create', '-r', 'r1', '--title', 'Mine'], { api, token: null });
    expect(run.exitCode).toBe(0);
    expect(bodiesSent(api)).toEqual([{ title: 'Mine', selectedRenditionIds: ['r1'] }]);
    expect(api.requests[0]?.headers.get('authorization')).toBeUndefined();
  });

  test('--anonymous leaves a token that is there unused', async () => {
    const api = await startEmpty({ token: null });
    const run = await runCommand(['create', '-r', 'r1', '--anonymous'], { api });
    expect(run.exitCode).toBe(0);
    expect(api.requests[0]?.headers.get('authorization')).toBeUndefined();
  });

  test.each([
    ['a medium', ['-m', 'm1']],
    ['two renditions', ['-r', 'r1', '-r', 'r2']],
  ])('refuses %s with 4 and sends nothing', async (_name, flags) => {
    const api = await startEmpty({ token: null });
    const run = await runCommand(['create', ...flags, '--json'], { api, token: null });
    expect(run).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH' } } });
    expect(run.stderr).toMatch(/^error: .+\nhint: .*-r ID/);
    expect(api.requests).toHaveLength(0);
  });

  test.each([
    ['a rendition and a transcript', ['-r', 'r1', '-t', 't1']],
    ['transcripts to look up', ['-m', 'm1', '--transcripts', 'srt', '--transcripts-only']],
  ])('leaves it to the service whether %s are allowed', async (_name, flags) => {
    const api = await startEmpty({ token: null, transcripts: { m1: [{ id: 't1', languageCode: 'de' }] } });
    const run = await runCommand(['create', ...flags], { api, token: null });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(bodiesSent(api)).toMatchObject([{ selectedTranscripts: [{ id: 't1', format: 'srt' }] }]);
  });
});
