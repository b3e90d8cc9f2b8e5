import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { validateWorkflow } from '@action-validator/core';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../.github/workflows/', import.meta.url));

interface Workflow {
  readonly permissions: unknown;
  readonly concurrency: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

describe.each(readdirSync(FOLDER))('%s', (name) => {
  const text = readFileSync(path.join(FOLDER, name), 'utf8');
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  it('is a valid workflow', () => {
    expect(validateWorkflow(text).errors).toEqual([]);
  });

  it('pins actions to commits, with the version in a comment', () => {
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    expect(uses.length).toBe(steps.filter((step) => step.uses !== undefined).length);
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('has only read permission by default and persists no credentials', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.length).toBeGreaterThan(0);
    for (const { with: options } of checkouts)
      expect(options).toMatchObject({ 'persist-credentials': false });
  });

  it('uses no secrets', () => {
    expect(text).not.toMatch(/secrets\s*[.[]/);
  });

  it('runs only scripts that exist', () => {
    const scripts = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).scripts;
    const called = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script),
    );
    expect(called.length).toBeGreaterThan(0);
    for (const script of called) expect(scripts).toHaveProperty([script ?? '']);
  });

  it('uses no expressions in shell commands except the matrix', () => {
    for (const { run = '' } of steps) expect(run).not.toMatch(/\$\{\{(?!\s*matrix\.)/);
  });

  it('limits the time of every job and sets a concurrency group', () => {
    for (const [job, { 'timeout-minutes': minutes }] of jobs) expect(minutes, job).toBeLessThanOrEqual(60);
    expect(workflow.concurrency).toBeDefined();
  });
});

describe('release.yml', () => {
  const { jobs } = parse(readFileSync(path.join(FOLDER, 'release.yml'), 'utf8')) as Workflow;

  it('publishes the tested archive from main in a job without install or build', () => {
    const runs = (job: string) => jobs[job]?.steps.map(({ run = '' }) => run).join('\n') ?? '';
    expect(runs('check')).toMatch(/git merge-base --is-ancestor .* origin\/main[^]*npm test[^]*npm pack/);
    expect(runs('publish')).toMatch(/^\s*npm publish \.\/streamdiver-dl-\*\.tgz .*--ignore-scripts$/);
    const uses = jobs['publish']?.steps
      .map(({ uses: action = '' }) => action.replace(/@.*/, ''))
      .filter(Boolean);
    expect(uses).toEqual(['actions/setup-node', 'actions/download-artifact']);
  });

  it('grants the publish and write permissions to one job each', () => {
    const rights = Object.entries(jobs).flatMap(([job, { permissions = {} }]) =>
      Object.entries(permissions)
        .filter(([, right]) => right === 'write')
        .map(([scope]) => `${job}: ${scope}`),
    );
    expect(rights).toEqual(['publish: id-token', 'release: contents']);
  });
});
