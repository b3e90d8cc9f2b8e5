import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPager } from '../../src/output/pager.ts';
import { captureStream } from '../support/process/streams.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Opens a shell command as the pager, and returns what it writes to FILE. */
async function open(command: string, env: Record<string, string> = {}) {
  const folder = makeTempFolder('pager-');
  const file = join(folder, 'out');
  writeFileSync(file, '');
  const { stream } = captureStream({ isTTY: true, columns: 70 });
  const pager = await openPager({
    env: { PATH: process.env['PATH'], PAGER: command.replaceAll('FILE', `'${file}'`), ...env },
    stdout: Object.assign(stream, { rows: 30 }),
  });
  return { pager, text: () => readFileSync(file, 'utf8') };
}

test.skipIf(process.platform === 'win32')(
  'receives the text, has the size of the terminal, and is waited for',
  async () => {
    const { pager, text } = await open('cat > FILE; sleep 0.1; echo closed >> FILE');
    expect(pager?.stdout).toMatchObject({ isTTY: true, columns: 70, rows: 30 });
    pager?.stdout.write('help\n');
    await pager?.close();
    expect(text()).toBe('help\nclosed\n');
  },
);

test.skipIf(process.platform === 'win32')(
  'receives default options of less and lv unless they are set',
  async () => {
    const show = 'echo "$LESS $LV $NoDefaultCurrentDirectoryInExePath" > FILE';
    const usual = await open(show);
    await usual.pager?.close();
    expect(usual.text()).toBe('FRX -c 1\n');
    const own = await open(show, { LESS: 'S', LV: '-a', NoDefaultCurrentDirectoryInExePath: '0' });
    await own.pager?.close();
    expect(own.text()).toBe('S -a 1\n');
  },
);

test.skipIf(process.platform === 'win32')('may exit early without a failure', async () => {
  const { pager } = await open('exit 3');
  for (let line = 0; line < 100; line += 1) pager?.stdout.write('x'.repeat(10_000));
  await expect(pager?.close()).resolves.toBeUndefined();
});
