import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { validateAction } from '@action-validator/core';
import { describe, expect, it, test } from 'vitest';
import { VERSION } from '../src/version.ts';
import { ACTION, ACTION_TEXT, makeActionPlace, runAction } from './support/run-action.ts';

const MISSING = ['bash', 'xargs', 'mktemp'].filter(
  (name) => spawnSync(name, ['--version']).error !== undefined,
);

describe('action.yml', () => {
  it('is a valid action', () => {
    expect(validateAction(ACTION_TEXT).errors).toEqual([]);
    expect(ACTION.runs.using).toBe('composite');
  });

  it('passes inputs to the shell only in variables', () => {
    for (const { run } of ACTION.runs.steps) expect(run).not.toContain('${{');
    expect(ACTION.runs.steps.flatMap(({ env }) => Object.values(env)).toSorted()).toEqual(
      Object.keys(ACTION.inputs)
        .map((name) => `\${{ inputs.${name} }}`)
        .toSorted(),
    );
  });
});

describe.skipIf(MISSING.length > 0)('the steps of the action', () => {
  it('set the paths, result, and summary of a command', () => {
    const run = runAction({ args: 'transcripts --all --as srt,txt -D out --only-new' });
    expect(run).toMatchObject({ status: 0, stdout: '' });
    const paths = run.outputs['paths']?.split('\n') ?? [];
    expect(paths).toHaveLength(18);
    for (const path of paths) expect(existsSync(path)).toBe(true);
    expect(JSON.parse(run.outputs['result'] ?? '')).toMatchObject({ counts: { media: 12 } });
    expect(readFileSync(run.outputs['result-file'] ?? '', 'utf8').trim()).toBe(run.outputs['result']);
    expect(run.summary).toContain('### streamdiver-dl transcripts\n\n18 downloaded\n');
    expect(run.summary.match(/^\| downloaded \|.*<code>out\/.*<\/code> \|$/gm)).toHaveLength(18);
  });

  it('succeed if there is nothing new', () => {
    const place = makeActionPlace();
    const inputs = { args: 'transcripts --all -D out --only-new' };
    runAction(inputs, { place });
    const again = runAction(inputs, { place });
    expect(again).toMatchObject({ status: 0, outputs: { paths: '' } });
    expect(JSON.parse(again.outputs['result'] ?? '')).toMatchObject({ results: [] });
    expect(again.summary).toBe('### streamdiver-dl transcripts\n\nNo results.\n');
  });

  it('report the exit code, result, and reason of a failed command', () => {
    const place = makeActionPlace();
    const run = runAction({ args: 'fetch no-such-package' }, { place });
    expect(run.status).toBe(3);
    expect(JSON.parse(run.outputs['result'] ?? '')).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(run.outputs['paths']).toBe('');
    expect(run.stderr).toMatch(/^::error /m);
    expect(run.summary).toContain('**Failed with exit code 3:**');
  });

  it('report the paths and the failure of a command that fails in part', () => {
    const list = runAction({ args: 'media list --type video --limit 1' });
    const { items } = JSON.parse(list.outputs['result'] ?? '');
    const run = runAction({ args: `transcripts ${items[0].id} no-such-item --as vtt` });
    expect(run.status).toBe(3);
    const paths = run.outputs['paths']?.split('\n') ?? [];
    expect(paths).toHaveLength(3);
    for (const path of paths) expect(existsSync(path)).toBe(true);
    expect(run.summary.match(/^\| \w+/gm)).toEqual([
      '| Result',
      '| failed',
      '| downloaded',
      '| downloaded',
      '| downloaded',
    ]);
    expect(run.summary).toContain('**Failed with exit code 3:** <code>1 of 2 media items failed</code>');
  });

  it('run a command without a summary or a document', () => {
    const list = runAction({ args: 'media list --type video' });
    expect(list).toMatchObject({ status: 0, summary: '', outputs: { paths: '' } });
    expect(JSON.parse(list.outputs['result'] ?? '')).toMatchObject({ items: expect.any(Array) });
    expect(runAction({ args: '--help' })).toMatchObject({ status: 0, outputs: { paths: '', result: '' } });
  });

  it('split words like a shell but expand nothing', () => {
    const args = `
      create --all
      --title 'A "quoted" title' --description "$HOME \`id\` $(touch injected) ; * it's"
      -n
    `;
    const run = runAction({ args });
    expect(run).toMatchObject({ status: 0 });
    const { request } = JSON.parse(run.outputs['result'] ?? '');
    expect(request.body).toMatchObject({
      title: 'A "quoted" title',
      description: "$HOME `id` $(touch injected) ; * it's",
    });
    expect(readdirSync(run.place.cwd)).toEqual([]);
  });

  test.each([
    ['"; touch injected; "'],
    ['$(touch injected)'],
    ['`touch injected`'],
    ['x\n touch injected'],
    ["' ; touch injected #"],
    ['-o injected'],
  ])('args %j execute nothing', (args) => {
    const run = runAction({ args });
    expect(run.status).toBe(2);
    expect(readdirSync(run.place.cwd)).toEqual([]);
  });

  test.each([
    ['$(touch injected)'],
    ['1.0.0; touch injected'],
    ['npm:another@1.0.0'],
    ['file:../another'],
    ['https://example.com/another.tgz'],
    ['1.0.0 another'],
    ['--registry=http://example.com'],
    ['1.0.0\nlatest'],
  ])('reject version %j and run nothing', (version) => {
    const run = runAction({ args: 'list', version }, { sandboxFlags: null });
    expect(run).toMatchObject({ status: 2, npxArguments: null });
    expect(run.stdout).toMatch(/^::error title=streamdiver-dl::version /);
    expect(readdirSync(run.place.cwd)).toEqual([]);
  });

  it('run the version of the action by default', () => {
    const words = ['--json', 'list'];
    expect(runAction({ args: 'list' }).npxArguments).toEqual([
      '--yes',
      `streamdiver-dl@${VERSION}`,
      ...words,
    ]);
    expect(runAction({ args: 'list', version: 'latest' }).npxArguments).toEqual([
      '--yes',
      'streamdiver-dl@latest',
      ...words,
    ]);
  });

  test.each([
    ['', 'args is empty'],
    [' \n ', 'args is empty'],
    ["list 'unfinished", 'args has a quote without an end'],
  ])('reject args %j', (args, message) => {
    const run = runAction({ args }, { sandboxFlags: null });
    expect(run).toMatchObject({ status: 2, npxArguments: null });
    expect(run.stdout).toBe(`::error title=streamdiver-dl::${message}\n`);
  });

  it('write a large result only to the file', () => {
    const run = runAction({ args: 'media list --all' }, { sandboxFlags: ['--more-media', '3000'] });
    expect(run).toMatchObject({ status: 0, outputs: { result: '' } });
    expect(run.stdout).toContain('::warning title=streamdiver-dl::the output "result" is larger than 1 MB');
    expect(JSON.parse(readFileSync(run.outputs['result-file'] ?? '', 'utf8')).items.length).toBeGreaterThan(
      3000,
    );
  });
});
