import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTargetFolder } from '../../src/target-folder/target-folder.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

test('rejects a link in place of a folder, with a hint for archives and transcripts', () => {
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'elsewhere'));
  mkdirSync(join(folder, 'target'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'target', 'sub'));
  const target = openTargetFolder(join(folder, 'target'));
  try {
    expect(() => target.ensure(['sub'])).toThrow(
      expect.objectContaining({
        code: 'UNSAFE',
        message: `${join(folder, 'target', 'sub')} is a link or is behind one; nothing is written through links`,
        details: { hint: 'choose an empty folder' },
      }),
    );
  } finally {
    target.close();
  }
});
