import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { afterThisTest } from './after-this-test.ts';

/** Long enough to detect a close that is not awaited. */
const CLOSE_MS = 20;

/** Delays each close until the end of the test, and returns a function that counts the open files. */
export function closeSlowly(): () => number {
  const { open } = fs.promises;
  let count = 0;
  const replace = (replacement: typeof open): void => {
    Object.assign(fs.promises, { open: replacement });
    syncBuiltinESMExports();
  };
  replace(async (...args) => {
    const file = await open(...args);
    const close = file.close.bind(file);
    count += 1;
    let isOpen = true;
    const closeLater = async (): Promise<void> => {
      await delay(CLOSE_MS);
      await close();
      if (isOpen) count -= 1;
      isOpen = false;
    };
    return Object.assign(file, { close: closeLater });
  });
  afterThisTest(async () => replace(open));
  return () => count;
}
