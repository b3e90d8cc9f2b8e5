import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectDocument } from '../commands/output-documents.ts';
import { runCommand } from '../commands/run-command.ts';
import { type Prism, startPrism } from './prism.ts';

let prism: Prism;
beforeAll(async () => {
  prism = await startPrism();
});
afterAll(() => prism.close());

/** Prism responds as described; a request that does not match the description fails. */
describe('the client against a mock server made from docs/openapi.yaml', () => {
  test.each([
    ['create', ['create', '-r', 'one', '-t', 'two:txt', '-m', 'three', '--title', 'Mine', '--expires', '7d']],
    ['status', ['status', 'some-id']],
    ['list', ['list', '--page', '1']],
    ['list', ['list', '--page', '2', '--per-page', '7']],
    ['list', ['list', '--all']],
    ['rm', ['rm', '--yes', 'some-id']],
    ['media list', ['media', 'list']],
    ['media list', ['media', 'list', '--type', 'video', '--tag', 'demo', '--sort', 'name:desc']],
    ['media list', ['media', 'list', 'welcome']],
    ['media show', ['media', 'show', 'some-id']],
  ])('%s succeeds: %j', async (definition, line) => {
    const run = await runCommand([...line, '--api-url', prism.apiUrl, '--json']);
    expect(`${run.exitCode} ${run.stderr}`).toBe('0 ');
    expectDocument(definition, run.json);
  });

  test('create looks up transcripts and sends them', async () => {
    const line = ['create', '-m', 'one', '--transcripts', 'srt,txt,json', '--dry-run'];
    const dry = await runCommand([...line, '--api-url', prism.apiUrl, '--json']);
    expect(dry).toMatchObject({ exitCode: 0, json: { request: { body: { selectedMediaIds: ['one'] } } } });
    const { body } = dry.json['request'] as { body: { selectedTranscripts: { id: string }[] } };
    const ids = [...new Set(body.selectedTranscripts.map(({ id }) => id))];
    expect(ids).not.toEqual([]);
    expect(body.selectedTranscripts).toEqual(
      ids.flatMap((id) => ['srt', 'txt', 'json'].map((format) => ({ id, format }))),
    );
    const run = await runCommand([...line.slice(0, -1), '--api-url', prism.apiUrl, '--json', '-v']);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/GET \S+\/media\/one\/metadata\/transcripts 200[^]*POST \S+\/downloads 201/);
  });

  test('creates a package of one rendition anonymously', async () => {
    const line = ['create', '-r', 'one', '--api-url', prism.apiUrl, '--json'];
    expect(await runCommand(line, { token: null })).toMatchObject({ exitCode: 0 });
  });

  test('gets a token with client credentials', async () => {
    const env = {
      STREAMDIVER_TENANT: 'demo',
      STREAMDIVER_CLIENT_ID: 'robot',
      STREAMDIVER_CLIENT_SECRET: 'client-SECRET+/8Jq4kW9~v7Rb',
    };
    const line = ['status', 'some-id', '--api-url', prism.apiUrl, '--sso-url', prism.apiUrl, '--json'];
    expect(await runCommand(line, { token: null, env })).toMatchObject({ exitCode: 0 });
  });
});
