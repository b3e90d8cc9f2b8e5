import { describe, expect, test } from 'vitest';
import { FAST_CLOCK_START_MS } from '../../support/fast-clock.ts';
import { runCommand } from '../run-command.ts';
import { bodiesSent, startEmpty } from '../scene.ts';

describe('create --expires', () => {
  async function sentExpiry(when: string) {
    const api = await startEmpty();
    const run = await runCommand(['create', '-m', 'm1', '--expires', when], { api });
    expect(run.exitCode).toBe(0);
    const [body] = bodiesSent(api);
    return { run, expires: String(Object(body).expires) };
  }

  test('accepts a duration from now and sends UTC with Z', async () => {
    const { expires } = await sentExpiry('7d');
    expect(expires).toMatch(/^2026-01-22T12:\d\d:\d\dZ$/);
    const lateMs = Date.parse(expires) - FAST_CLOCK_START_MS - 7 * 86_400_000;
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(600_000);
  });

  test('accepts a date-time with an offset', async () => {
    expect((await sentExpiry('2026-06-30T10:00:00+02:00')).expires).toBe('2026-06-30T08:00:00Z');
  });

  test('treats a date as the end of that day in local time, and prints the resulting time', async () => {
    const { run, expires } = await sentExpiry('2026-06-30');
    const end = new Date(2026, 5, 30, 23, 59, 59);
    expect(expires).toBe(end.toISOString().replace('.000Z', 'Z'));
    expect(run.stderr).toContain(String(end));
  });

  test.each([
    '2026-01-15T11:59:59Z',
    '2020-01-01',
    '0',
    '2026-02-30',
    '2026-02-30T10:00:00Z',
    '99999999w',
    '7',
    'soon',
  ])('rejects %s and sends nothing', async (when) => {
    const api = await startEmpty();
    const run = await runCommand(['create', '-m', 'm1', '--expires', when, '--json'], { api });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
    expect(run.stderr).toMatch(/^error: --expires: .+\nhint: /);
    expect(api.requests).toHaveLength(0);
  });
});

test.each(['1M', '30M', 'P1M', 'p1m'])('--expires %s is rejected as months or minutes', async (text) => {
  const run = await runCommand(['create', '-m', 'm1', '--expires', text]);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/M is ambiguous[^]*hint: use 30m for minutes, or 30d for a month/);
});
