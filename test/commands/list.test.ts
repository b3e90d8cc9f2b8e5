import { describe, expect, test } from 'vitest';
import { startApi } from '../support/api/api-server.ts';
import { expectDocument, expectFailureDocument } from './output-documents.ts';
import { runCommand } from './run-command.ts';
import { calls } from './scene.ts';

const packages = [
  {
    id: 'a',
    title: 'Sea, "blue"',
    created: '2026-01-03T00:00:00Z',
    files: [{ url: 'https://s.example/a', size: 3_000, mimeType: 'application/zip' }],
  },
  { id: 'b', status: 'preparing', title: 'Alps', created: '2026-01-01T00:00:00Z' },
  {
    id: 'c',
    title: 'Zoo',
    created: '2026-01-02T00:00:00Z',
    files: [{ url: 'https://s.example/c', size: 20_000, mimeType: 'application/zip' }],
  },
];
const page = (index: number, perPage = 50) => `GET /v2/downloads?perPage=${perPage}&page=${index}`;
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `p${index}` }));

async function listIds(flags: readonly string[], content = packages as readonly object[]) {
  const api = await startApi({ packages: content });
  const run = await runCommand(['list', '--format', 'id', ...flags], { api });
  return { run, api, ids: run.stdout.split('\n').slice(0, -1) };
}

describe('list', () => {
  test('prints tab-separated lines without a header to a pipe', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['list'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout.split('\n')).toEqual([
      'a\tready\tSea, "blue"\t3000\t2026-01-03T00:00:00.000Z\t',
      'b\tpreparing\tAlps\t\t2026-01-01T00:00:00.000Z\t',
      'c\tready\tZoo\t20000\t2026-01-02T00:00:00.000Z\t',
      '',
    ]);
    expect(calls(api)).toEqual([page(0), page(1)]);
  });

  test('prints a table with relative times to a terminal', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['list', '--no-color'], { api, isTTY: true });
    expect(run.stdout).toMatch(/^ID +STATUS +TITLE +SIZE +CREATED +EXPIRES\n/);
    expect(run.stdout).toMatch(/b +preparing +Alps +15d ago/);
  });

  test('colors the statuses', async () => {
    const words = ['ready', 'preparing', 'failed', 'expired', 'odd'];
    const files = [{ url: 'https://s.example/a', size: 1, mimeType: 'application/zip' }];
    const all = words.map((status) => ({ id: status, status, files: status === 'ready' ? files : [] }));
    const api = await startApi({ packages: all });
    const run = await runCommand(['list', '--color', 'always', '--fields', 'status'], { api, isTTY: true });
    const colors = words.map((word) => new RegExp(`\u001b\\[(\\d+)m${word}\\b`).exec(run.stdout)?.[1]);
    expect(colors).toEqual(['32', '33', '31', '31', undefined]);
  });

  test('--json prints one document', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['list', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '', json: { count: 3, truncated: false } });
    expectDocument('list', run.json);
  });

  test('--format ndjson prints one document per line', async () => {
    const { run } = await listIds(['--format', 'ndjson']);
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expectDocument('package', JSON.parse(line));
  });

  test('--format csv prints a header, quotes fields if needed, and ends lines per RFC 4180', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['list', '--format', 'csv', '--fields', 'id,title,files'], {
      api,
      isOutputData: true,
    });
    const [header, first, second] = run.stdout.split('\r\n');
    expect(header).toBe('id,title,files');
    expect(first).toMatch(/^a,"Sea, ""blue""","\[\{.*\}\]"$/);
    expect(second).toBe('b,Alps,[]');
  });

  test('--fields selects and orders fields, including fields without a column', async () => {
    const { run } = await listIds(['--format', 'tsv', '--fields', 'ready,id', '-L', '2']);
    expect(run.stdout).toBe('true\ta\nfalse\tb\n');
    const json = await runCommand(['list', '--json', '--fields', 'id,failed'], {
      api: await startApi({ packages }),
    });
    expect(json.json).toMatchObject({ items: [{ id: 'a', failed: false }, {}, {}], count: 3 });
  });

  test('an unknown field exits with 2 and lists the known ones', async () => {
    const api = await startApi({ packages });
    const run = await runCommand(['list', '--fields', 'id,colour', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
    expectFailureDocument('list', run.json);
    expect(run.stderr).toMatch(/colour[^]*known fields: .*id, .*status/);
  });

  test('an empty list succeeds with empty stdout', async () => {
    const api = await startApi({ packages: [] });
    const run = await runCommand(['list'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: '', stderr: 'No packages\n' });
    const json = await runCommand(['ls', '--json'], { api });
    expect(json).toMatchObject({ exitCode: 0, stderr: '' });
    expect(json.json).toEqual({ items: [], count: 0, truncated: false });
  });

  test('requires a credential, and sends nothing without one', async () => {
    const api = await startApi({ packages, token: null });
    const run = await runCommand(['list', '--json'], { api, token: null });
    expect(run).toMatchObject({ exitCode: 4, json: { error: { code: 'AUTH' } } });
    expectFailureDocument('list', run.json);
    expect(api.requests).toHaveLength(0);
  });
});

describe('pages of list', () => {
  test('stops at 30 and reports that there is more', async () => {
    const { run, ids } = await listIds([], many(60));
    expect(ids).toHaveLength(30);
    expect(run.stderr).toMatch(/first 30.*--limit N or --all/);
    const api = await startApi({ packages: many(60) });
    expect((await runCommand(['list', '--json'], { api })).json).toMatchObject({
      count: 30,
      truncated: true,
    });
  });

  test('does not report more when the limit is the exact number', async () => {
    const { run, ids } = await listIds(['-L', '3']);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(run.stderr).toBe('');
  });

  test('--all reads all pages, and --limit stops when it has enough', async () => {
    const all = await listIds(['--all'], many(120));
    expect(all.ids).toHaveLength(120);
    expect(calls(all.api)).toEqual([page(0), page(1), page(2), page(3)]);
    const some = await listIds(['--limit', '60'], many(120));
    expect(some.ids).toHaveLength(60);
    expect(calls(some.api)).toEqual([page(0), page(1)]);
  });

  test('--page counts from 1 and requests only that page, which the API counts from 0', async () => {
    const { run, api, ids } = await listIds(['--page', '2', '--per-page', '10'], many(25));
    expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => `p${index + 10}`));
    expect(calls(api)).toEqual([page(1, 10)]);
    expect(run.stderr).toBe('');
  });

  test('a page after the last is an empty list', async () => {
    const { run, ids } = await listIds(['--page', '9']);
    expect(run.exitCode).toBe(0);
    expect(ids).toEqual([]);
  });
});

describe('--status and --sort', () => {
  test('--status ignores case and filters before the limit', async () => {
    const { ids, api } = await listIds(
      ['--status', 'PREPARING', '-L', '1'],
      [...many(70), { id: 'late', status: 'preparing' }],
    );
    expect(ids).toEqual(['late']);
    expect(calls(api)).toEqual([page(0), page(1), page(2)]);
  });

  test.each([
    ['created', ['b', 'c', 'a']],
    ['created:desc', ['a', 'c', 'b']],
    ['title', ['b', 'a', 'c']],
    ['id:desc', ['c', 'b', 'a']],
    ['sizeBytes', ['a', 'c', 'b']],
    ['sizeBytes:desc', ['c', 'a', 'b']],
  ])('--sort %s gives %j, unknown values last', async (order, ids) => {
    expect((await listIds(['--sort', order])).ids).toEqual(ids);
  });

  test('--sort sorts before the limit applies', async () => {
    const { ids, run } = await listIds(['--sort', 'created', '-L', '1']);
    expect(ids).toEqual(['b']);
    expect(run.stderr).toContain('first 1');
  });
});

describe('--status with custom statuses of the service', () => {
  const words = ['COMPLETED', 'softDeleted', 'preparationFailed', 'archiving'].map((status, index) => ({
    id: `w${index}`,
    status,
    files: index === 0 ? [{ url: 'https://s.example/a' }] : [],
  }));

  test.each([
    ['ready', ['w0']],
    ['failed', ['w2']],
    ['completed', ['w0']],
    ['archiving', ['w3']],
  ])('--status %s', async (status, wanted) => {
    expect((await listIds(['--status', status], words)).ids).toEqual(wanted);
  });

  test('warns without a match if the service uses unknown statuses', async () => {
    const { ids, run } = await listIds(['--status', 'preparing'], words);
    expect([ids, run.exitCode]).toEqual([[], 0]);
    expect(run.stderr).toContain('warning: no package is "preparing"; the service also uses: archiving');
  });

  test.each([
    ['raedy', 'did you mean ready?'],
    ['archivng', 'did you mean archiving?'],
    ['xyzzy', 'use one of ready, preparing, failed, COMPLETED, softDeleted, preparationFailed, archiving'],
  ])('rejects --status %s, which is neither known nor listed: %s', async (status, hint) => {
    const { ids, run } = await listIds(['--status', status], words);
    expect([ids, run.exitCode]).toEqual([[], 2]);
    expect(run.stderr).toBe(`error: unknown status "${status}"\nhint: ${hint}\n`);
  });

  test('an unknown --status lists at most ten statuses of the service', async () => {
    const odd = Array.from({ length: 11 }, (_, index) => ({ id: `o${index}`, status: `odd-${index}00` }));
    const names = odd.slice(0, 10).map(({ status }) => status);
    const { run } = await listIds(['--status', 'xyzzy'], odd);
    expect(run.stderr).toContain(`hint: use one of ready, preparing, failed, ${names.join(', ')}\n`);
  });

  test.each(['queued', 'expired', 'unknown'])('--status %s succeeds without a match', async (status) => {
    expect((await listIds(['--status', status], packages)).run.exitCode).toBe(0);
  });

  test.each(['SIZE:desc', 'size:desc', 'SIZEBYTES:DESC', 'sizeBytes:desc'])('--sort %s', async (order) => {
    const file = (size: number) => [{ url: 'https://s.example/a', size, mimeType: 'application/zip' }];
    const sized = [
      { id: 'small', files: file(1) },
      { id: 'large', files: file(9) },
    ];
    expect((await listIds(['--sort', order], sized)).ids).toEqual(['large', 'small']);
  });

  test('does not warn without a match if all statuses are known', async () => {
    const { run } = await listIds(['--status', 'failed'], packages);
    expect(run).toMatchObject({ exitCode: 0, stderr: 'No packages\n' });
  });
});

describe('a list that does not match its total', () => {
  const list = async (pages: readonly object[], ...flags: readonly string[]) => {
    const api = await startApi({
      script: {
        'GET /v2/downloads': async (request, reply) => {
          const page = Number(new URL(request.target, 'http://x').searchParams.get('page'));
          await reply.json(200, pages[Math.min(page, pages.length - 1)]);
        },
      },
    });
    return await runCommand(['list', '--all', '--format', 'id', ...flags], { api });
  };
  const full = { data: { items: [{ id: 'a' }, { id: 'b' }], totalCount: 4 } };

  test('fails when repeated pages do not reach the total', async () => {
    const run = await list([full]);
    expect(run).toMatchObject({ exitCode: 7, stdout: '' });
    expect(run.stderr).toContain('2 of 4 items');
  });

  test('warns when the list ends before the total', async () => {
    const run = await list([full, { data: { items: [], totalCount: 4 } }]);
    expect(run).toMatchObject({ exitCode: 0, stdout: 'a\nb\n' });
    expect(run.stderr).toContain('warning: incomplete list: received 2 of 4 items');
  });
});
