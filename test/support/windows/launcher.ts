/** Where the Windows programs are that `npm run test:windows` has prepared. */
export interface WineLauncher {
  /** The program that runs `.exe` files. */
  readonly wine: string;
  /** The Windows build of Node.js, as a path of this system. */
  readonly node: string;
  /** The folder for temporary files, which is the drive `t:`. */
  readonly folder: string;
  /** Where Wine keeps what belongs to its Windows. */
  readonly prefix: string;
}

/** Null when the tests start the program with the Node.js that runs them. */
export const WINE: WineLauncher | null = readLauncher();

/** Whether the program that the tests start sees Windows. */
export const onWindows = WINE !== null || process.platform === 'win32';

function readLauncher(): WineLauncher | null {
  const text = process.env['STREAMDIVER_TEST_WINE'];
  return text === undefined ? null : (JSON.parse(text) as WineLauncher);
}
