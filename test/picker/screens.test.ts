import { describe, expect, test } from 'vitest';
import { CTRL_C, DOWN, ENTER, TAB } from '../support/keys.ts';
import type { PtyRun } from '../support/process/pty.ts';
import { press, runInteractive, startLibrary } from './interactive.ts';
import { PACKAGES } from './library.ts';

const shown = (pty: PtyRun) => `${pty.screen()}\n`;
/** The text of a screen. Review every change of a golden file before you keep it. */
const golden = (columns: number, name: string) => `goldens/${columns}/${name}.txt`;

describe.each([80, 40])('screens at %d columns', (columns) => {
  test('create, from the media list to the package', async () => {
    const api = await startLibrary();
    const pty = runInteractive(['create'], api, { columns });
    await pty.waitFor('7 found');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'media'));
    await press(pty, 'inter', '2 found');
    await press(pty, TAB + TAB, '2 selected');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'search'));
    await press(pty, ENTER, 'Renditions');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'renditions'));
    await press(pty, ENTER, '? Transcripts');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'transcripts'));
    await press(pty, DOWN + DOWN + ENTER, '? Languages');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'languages'));
    await press(pty, ` ${ENTER}`, 'Transcript formats');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'formats'));
    await press(pty, ENTER, 'Package content');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'extent'));
    await press(pty, ENTER, 'Title: Interview with Anna and 1 more');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'title'));
    await press(pty, ENTER, 'Description:');
    await press(pty, ENTER, 'Expires');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'expires'));
    await press(pty, DOWN + DOWN + DOWN + DOWN + ENTER, 'Examples: 7d');
    await press(pty, `soon${ENTER}`, 'is not a date or duration');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'expires-wrong'));
    await press(pty, `\x157d${ENTER}`, 'Review');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'review'));
    await press(pty, ENTER, 'being prepared');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'offer'));
    pty.write(DOWN + DOWN + ENTER);
    await pty.exited;
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'created'));
  });

  test('the list of packages', async () => {
    const api = await startLibrary({ packages: PACKAGES });
    const pty = runInteractive(['fetch'], api, { columns });
    await pty.waitFor('4 found');
    await expect(shown(pty)).toMatchFileSnapshot(golden(columns, 'packages'));
  });
});

test('does not stretch to 200 columns', async () => {
  const api = await startLibrary();
  const pty = runInteractive(['create'], api, { columns: 200 });
  await pty.waitFor('7 found');
  await expect(shown(pty)).toMatchFileSnapshot(golden(200, 'media'));
});

test('uses no color and no Unicode with NO_COLOR and LANG=C', async () => {
  const api = await startLibrary();
  const pty = runInteractive(['create'], api, { env: { NO_COLOR: '1', LANG: 'C' } });
  await pty.waitFor('7 found');
  await press(pty, TAB, '1 selected');
  await expect(shown(pty)).toMatchFileSnapshot(golden(80, 'media-no-color-ascii'));
  pty.write(CTRL_C);
  await pty.exited;
  expect(pty.raw()).not.toMatch(/\x1b\[[\d;]*m/);
});

test('uses only colors that are readable on light and dark backgrounds', async () => {
  const api = await startLibrary();
  const pty = runInteractive(['create'], api, { env: { FORCE_COLOR: '1' } });
  await pty.waitFor('7 found');
  await press(pty, TAB, '1 selected');
  const codes = new Set(Array.from(pty.raw().matchAll(/\x1b\[([\d;]*)m/g), ([, code]) => Number(code)));
  // Bold, dim, green, and cyan with their resets: no black, no white, no background.
  expect([...codes].toSorted((one, other) => one - other)).toEqual([1, 2, 22, 32, 36, 39]);
});
