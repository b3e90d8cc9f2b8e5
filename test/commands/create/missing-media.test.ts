import { expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { expectFailureDocument } from '../output-documents.ts';
import { runCommand, runUntil } from '../run-command.ts';
import { calls } from '../scene.ts';

const media = [{ id: 'm1', name: 'One' }];
const MISSING =
  "error: no media item with ID nope\nhint: run 'streamdiver-dl media list TEXT' to find media\n";

test.each([400, 404, 422])('HTTP %i for an unknown media item exits with 3 and names it', async (status) => {
  const api = await startApi({ media, script: { 'POST /v2/downloads': status } });
  const run = await runCommand(['create', '-m', 'm1', '-m', 'nope', '--json'], { api });
  expect(run).toMatchObject({
    exitCode: 3,
    json: { error: { code: 'NOT_FOUND', id: 'nope', httpStatus: status, retryable: false } },
  });
  expectFailureDocument('create', run.json);
  expect(run.stderr).toBe(MISSING);
  expect(calls(api)).toEqual(['POST /v2/downloads', 'GET /v2/media/m1', 'GET /v2/media/nope']);
});

test('--split names the missing media item of the rejected package', async () => {
  const api = await startApi({ media, packages: [], script: { 'POST /v2/downloads': ['default', 400] } });
  const line = ['create', '-m', 'm1', '-m', 'nope', '--split', '1'];
  const run = await runCommand([...line, '--json'], { api });
  expect(run).toMatchObject({
    exitCode: 3,
    json: { count: 1, truncated: true, error: { code: 'NOT_FOUND', id: 'nope', httpStatus: 400 } },
  });
  expectFailureDocument('created', run.json);
  expect(run.stderr).toBe(`1 of 2 packages created.\n${MISSING}`);
});

test('--transcripts names the missing media item and how to find media', async () => {
  const api = await startApi({ media, script: { 'GET /v2/media/{id}/metadata/transcripts': 404 } });
  const run = await runCommand(['create', '-m', 'nope', '--transcripts', 'srt'], { api });
  expect(run).toMatchObject({ exitCode: 3, stderr: MISSING });
});

test('reports the rejection if all media exist, without advice to retry later', async () => {
  const json = { message: 'too many' };
  const api = await startApi({ media, script: { 'POST /v2/downloads': { status: 400, json } } });
  const run = await runCommand(['create', '-m', 'm1'], { api });
  expect(run.exitCode).toBe(7);
  expect(run.stderr).toBe(
    'error: the service refused the request (HTTP 400: too many)\nhint: check the IDs and values, or use -v for details\n',
  );
});

test('looks up at most fifty media items, and stops on Ctrl-C', async () => {
  const flags = (count: number) => Array.from({ length: count }, () => 'm1');
  const many = (count: number) => flags(count).flatMap((id, index) => ['-m', `${id}-${index}`]);
  const api = await startApi({ script: { 'POST /v2/downloads': 400 } });
  expect((await runCommand(['create', ...many(51)], { api })).exitCode).toBe(7);
  expect(calls(api)).toEqual(['POST /v2/downloads']);
  expect((await runCommand(['create', ...many(50)], { api })).exitCode).toBe(3);
  api.script('GET /v2/media/{id}', { raw: '', after: 'stall' });
  const { length } = api.requests;
  const run = await runUntil(() => api.requests.length === length + 2, ['create', ...many(2)], { api });
  expect(run).toMatchObject({ exitCode: 130, stdout: '', stderr: 'Interrupted.\n' });
});

test('a failed lookup does not hide the rejection', async () => {
  const api = await startApi({ media, script: { 'POST /v2/downloads': 400, 'GET /v2/media/{id}': 403 } });
  const run = await runCommand(['create', '-m', 'nope'], { api });
  expect(run.exitCode).toBe(7);
  expect(run.stderr).toContain('HTTP 400');
});
