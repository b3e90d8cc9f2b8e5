import util from 'node:util';
import { expect, test } from 'vitest';
import { withoutDebugLog } from '../../src/http/quiet-import.ts';

test('silences debuglog while a module loads and restores it afterwards', async () => {
  const { debuglog } = util;
  const loading = withoutDebugLog(async () => {
    await new Promise(setImmediate);
    const log = util.debuglog('undici');
    log('GET %s', 'https://storage.example.com/f?sig=secret');
    return { isOwn: util.debuglog === debuglog, isEnabled: log.enabled };
  });
  expect(await loading).toEqual({ isOwn: false, isEnabled: false });
  expect(util.debuglog).toBe(debuglog);
});

test('restores debuglog when a module fails to load', async () => {
  const { debuglog } = util;
  await expect(withoutDebugLog(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(util.debuglog).toBe(debuglog);
});
