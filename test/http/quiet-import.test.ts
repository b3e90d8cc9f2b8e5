import util from 'node:util';
import { expect, test } from 'vitest';
import { withoutDebugLog } from '../../src/http/quiet-import.ts';

test('a module gets a silent log until it is loaded, and the others keep theirs', async () => {
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

test('a module that cannot be loaded leaves the log as it was', async () => {
  const { debuglog } = util;
  await expect(withoutDebugLog(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(util.debuglog).toBe(debuglog);
});
