import { expect, test } from 'vitest';
import {
  busy,
  isSelf,
  type LockingProcess,
  type LockRecord,
  lockRecordOf,
  mayBeAlive,
  parseLockRecord,
} from '../../src/disk/lock-record.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const owner: LockingProcess = {
  pid: 1,
  hostname: 'here',
  isProcessAlive: (pid) => pid !== 2,
  // The system knows the start time of every process except 4.
  processStartedAt: (pid) => (pid === 4 ? null : 'then'),
  uptimeMs: () => HOUR_MS,
};

test.each<[string, Partial<LockRecord>, number, boolean]>([
  ['another machine, 15 minutes ago', { hostname: 'there' }, 15 * MINUTE_MS, false],
  ['another machine, just before', { hostname: 'there' }, 15 * MINUTE_MS - 1, true],
  ['a dead process', { pid: 2 }, 0, false],
  ['a running process', {}, 24 * HOUR_MS, true],
  ['a later process with its ID', { startedAt: 'before' }, 0, false],
  ['no start time in the record, since the last boot', { startedAt: null }, HOUR_MS - 1, true],
  ['no start time in the record, before the last boot', { startedAt: null }, HOUR_MS, false],
  ['no start time from the system, since the last boot', { pid: 4 }, HOUR_MS - 1, true],
  ['no start time from the system, before the last boot', { pid: 4 }, HOUR_MS, false],
  ['this process', { pid: 1 }, 24 * HOUR_MS, true],
  ['an earlier process with our ID', { pid: 1, startedAt: 'before' }, 0, false],
  ['an earlier process with our ID, without a start time', { pid: 1, startedAt: null }, 0, false],
])('%s: may be alive: %4$j', (_name, record, silentMs, isAlive) => {
  const holder = { pid: 3, startedAt: 'then', hostname: 'here', ...record };
  expect(mayBeAlive(holder, silentMs, owner)).toBe(isAlive);
});

test('without a start time, a process recognizes its own record by age', () => {
  const unknown = { ...owner, processStartedAt: () => null };
  const own = lockRecordOf(unknown);
  expect(own).toEqual({ pid: 1, startedAt: null, hostname: 'here' });
  expect([mayBeAlive(own, 0, unknown), mayBeAlive(own, HOUR_MS, unknown)]).toEqual([true, false]);
});

test.each<[Partial<LockRecord>, boolean]>([
  [{}, true],
  [{ pid: 2 }, false],
  [{ hostname: 'there' }, false],
])('isSelf: %j matches this process: %j', (record, isOwn) => {
  expect(isSelf({ ...lockRecordOf(owner), ...record }, owner)).toBe(isOwn);
});

test.each<[unknown, LockRecord | null]>([
  [
    { pid: 1, hostname: 'here', startedAt: 'then', more: 1 },
    { pid: 1, hostname: 'here', startedAt: 'then' },
  ],
  [
    { pid: 1, hostname: 'here' },
    { pid: 1, hostname: 'here', startedAt: null },
  ],
  [
    { pid: 1, hostname: 'here', startedAt: 5 },
    { pid: 1, hostname: 'here', startedAt: null },
  ],
  [{ pid: '1', hostname: 'here' }, null],
  [{ pid: 1 }, null],
  [{ hostname: 'here' }, null],
  [null, null],
  ['text', null],
])('parseLockRecord: %j becomes %j', (value, record) => {
  expect(parseLockRecord(value)).toEqual(record);
});

test('the error for a held lock names the process', () => {
  expect(busy({ pid: 3, hostname: 'there', startedAt: null }, 'delete a.lock')).toMatchObject({
    code: 'BUSY',
    message: 'process 3 on there is writing the same file',
    details: { hint: 'wait for it to end; if it is gone, delete a.lock' },
  });
});
