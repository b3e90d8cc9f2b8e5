import { expect, test } from 'vitest';
import { parsePackage } from '../../../src/api/package.ts';
import { findPackages } from '../../../src/commands/listing/find-packages.ts';
import { createHandClock, makeTerminal, START_MS } from '../../terminal/make-terminal.ts';

test('selects packages older than the age, and does not warn if all have a date', async () => {
  const items = [1_000, 1_001].map((ageMs) =>
    parsePackage({ id: `${ageMs} ms`, created: new Date(START_MS - ageMs).toISOString() }),
  );
  const { terminal: io, stderr } = makeTerminal();
  const api = { listDownloads: async (page: number) => ({ items: page === 0 ? items : [] }) };
  const { signal } = new AbortController();
  const context = { api, io, clock: createHandClock(), signal } as unknown as Parameters<
    typeof findPackages
  >[1];
  expect(await findPackages({ status: null, olderThanMs: 1_000 }, context)).toEqual(['1001 ms']);
  expect(await findPackages({ status: null, olderThanMs: null }, context)).toEqual(['1000 ms', '1001 ms']);
  expect(stderr.text()).toBe('');
});
