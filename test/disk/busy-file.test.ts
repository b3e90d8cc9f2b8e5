import { expect, test } from 'vitest';
import { untilFree } from '../../src/disk/busy-file.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { recordPauses } from '../support/pause-recorder.ts';

/** Skips sleeps, so that a busy machine does not use up the second. */
const patientClock = () => createFastClock({ speed: 1, skipsSleeps: true });

function failing(times: number, code: string) {
  let count = 0;
  return {
    count: () => count,
    operation: async () => {
      count += 1;
      if (count <= times) throw Object.assign(new Error(code), { code, syscall: 'rename' });
      return 'done';
    },
  };
}

test.each(['EPERM', 'EBUSY', 'EACCES'])('waits for a busy file on Windows (%s)', async (code) => {
  const { operation, count } = failing(3, code);
  const attempt = untilFree({ platform: 'win32', clock: patientClock() });
  await expect(attempt(operation)).resolves.toBe('done');
  expect(count()).toBe(4);
});

test.each([
  ['EBUSY', 'cannot write /data/object.zip: another program has it open'],
  ['EPERM', 'cannot write /data/object.zip: it is write-protected, or another program has it open'],
])('reports that another program has the file open after a second of %s', async (code, message) => {
  const clock = patientClock();
  const startMs = clock.monotonicMs();
  const attempt = untilFree({ platform: 'win32', clock });
  const renaming = attempt(async () => {
    const paths = { path: '/data/object.zip.part', dest: '/data/object.zip' };
    throw Object.assign(new Error(code), { code, syscall: 'rename', ...paths });
  });
  await expect(renaming).rejects.toMatchObject({ code: 'DISK', message });
  expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(1_000);
});

test.each([
  ['other errors', 'win32', 'ENOSPC'],
  ['other systems', 'linux', 'EPERM'],
] as const)('fails at once on %s', async (_name, platform, code) => {
  const { operation, count } = failing(1, code);
  await expect(untilFree({ platform, clock: patientClock() })(operation)).rejects.toMatchObject({ code });
  expect(count()).toBe(1);
});

test('retries every 50 ms until exactly one second has passed', async () => {
  const { clock, pausesMs } = recordPauses();
  const { operation, count } = failing(Number.POSITIVE_INFINITY, 'EBUSY');
  await expect(untilFree({ platform: 'win32', clock })(operation)).rejects.toMatchObject({
    code: 'DISK',
    message: 'cannot write the file: another program has it open',
    details: { hint: 'close the file in other programs, then rerun the command', cause: { code: 'EBUSY' } },
  });
  expect([new Set(pausesMs), count()]).toEqual([new Set([50]), 21]);
});

test('the error names the path that was opened, if there is one', async () => {
  const attempt = untilFree({ platform: 'win32', clock: patientClock() });
  const error = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: '/data/a' });
  await expect(attempt(() => Promise.reject(error))).rejects.toThrow(
    'cannot write /data/a: it is write-protected, or another program has it open',
  );
  const coded = Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
  await expect(attempt(() => Promise.reject(coded))).rejects.toBe(coded);
});
