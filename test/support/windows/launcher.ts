/** The paths that `npm run test:windows` prepares. */
export interface WineLauncher {
  /** Runs `.exe` files. */
  readonly wine: string;
  /** The Windows build of Node.js, as a Linux path. */
  readonly node: string;
  /** The folder for temporary files: drive `t:`. */
  readonly folder: string;
  /** The folder of Wine's Windows installation (WINEPREFIX). */
  readonly prefix: string;
}

/** Null if the tests run the program with their own Node.js. */
export const WINE: WineLauncher | null = readLauncher();

/** Whether the program under test runs on Windows. */
export const onWindows = WINE !== null || process.platform === 'win32';

function readLauncher(): WineLauncher | null {
  const text = process.env['STREAMDIVER_TEST_WINE'];
  return text === undefined ? null : (JSON.parse(text) as WineLauncher);
}
