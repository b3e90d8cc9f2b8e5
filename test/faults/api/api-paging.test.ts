import { expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import type { FaultRequest } from '../../support/faults/fault-server.ts';
import { runCli } from '../../support/process/run-cli.ts';

function packagesFrom(start: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({ id: `p${start + index}`, status: 'ready' }));
}

async function listAll(answer: (page: number, request: FaultRequest) => unknown) {
  const api = await startApi();
  api.script('GET /v2/downloads', (request, reply) =>
    reply.json(200, { data: answer(Number(request.query.get('page')), request) }),
  );
  const run = await runCli(['list', '--all', '--json'], { api });
  return { api, run };
}

test('continues after a short page and stops at an empty one', async () => {
  const pages = [50, 3, 50, 0, 50];
  const { run, api } = await listAll((page) => packagesFrom(page * 50, pages[page] ?? 0));
  expect(run).toMatchObject({ exitCode: 0, json: { count: 103, truncated: false } });
  expect(api.requests).toHaveLength(4);
});

test('case 33: stops when a page has no new packages', async () => {
  const { run, api } = await listAll(() => packagesFrom(0, 50));
  expect(run).toMatchObject({ exitCode: 0, json: { count: 50 } });
  // A service that counts from 1 sends its first page twice, so the program requests one more page.
  expect(api.requests).toHaveLength(3);
});

test('case 33: stops when three pages repeat, and counts each package once', async () => {
  const { run, api } = await listAll((page) => packagesFrom((page % 3) * 50, 50));
  expect(run).toMatchObject({ exitCode: 0, json: { count: 150 } });
  expect(api.requests).toHaveLength(5);
});

test('counts a package that moves to the next page between requests only once', async () => {
  const { run } = await listAll((page) => (page > 2 ? [] : packagesFrom(page * 50 - page, 50)));
  expect(run).toMatchObject({ exitCode: 0, json: { count: 148 } });
});

test('accepts pages that are larger than requested', async () => {
  const { run } = await listAll((page) => (page === 0 ? packagesFrom(0, 500) : []));
  expect(run).toMatchObject({ exitCode: 0, json: { count: 500 } });
});

test('requests at most fifty packages per page', async () => {
  const { api } = await listAll((page) => (page === 0 ? packagesFrom(0, 50) : []));
  expect(api.requests.map((request) => request.query.get('perPage'))).toEqual(['50', '50']);
});

test.each([
  ['an array', (items: unknown) => items],
  ['items', (items: unknown) => ({ items, total: 1 })],
  ['downloads', (items: unknown) => ({ downloads: items })],
])('finds the list in %s', async (_name, wrap) => {
  const { run } = await listAll((page) => wrap(page === 0 ? packagesFrom(0, 2) : []));
  expect(run).toMatchObject({ exitCode: 0, json: { count: 2 } });
});

test.each([null, 'text', 7, {}, { a: [], b: [] }, [null], ['text'], [{ name: 'no id' }]])(
  'exits with code 7 for the list %j',
  async (data) => {
    const { run } = await listAll(() => data);
    expect(run.exitCode).toBe(7);
  },
);
