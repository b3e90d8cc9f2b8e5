import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StartedProgram, StartOptions } from '../process/start-program.ts';
import type { WineLauncher } from './launcher.ts';
import { toWindowsPaths } from './windows-paths.ts';
import { countRun, skipTest } from './windows-test.ts';

const PRELOAD = fileURLToPath(new URL('preload.cjs', import.meta.url));
const LOOK_EVERY_MS = 20;

/** Starts a Node.js command line with the Windows build. Wine cannot use Linux pipes, so the streams are files. */
export function startUnderWine(
  [node = '', ...args]: readonly string[],
  { cwd, env, input, keepInputOpen, onOutput }: StartOptions,
  launcher: WineLauncher,
): StartedProgram {
  if (node !== process.execPath) skipTest(`runs ${node}, a Linux program`);
  if (keepInputOpen === true) skipTest('needs standard input that stays open');
  countRun();
  const folder = mkdtempSync(join(launcher.folder, 'streams-'));
  const paths = { stdout: join(folder, 'stdout'), stderr: join(folder, 'stderr') };
  const stdin = join(folder, 'stdin');
  writeFileSync(stdin, input ?? '');
  const descriptors = [openSync(stdin, 'r'), openSync(paths.stdout, 'a'), openSync(paths.stderr, 'a')];
  const words = ['--require', PRELOAD, ...args].map((word) => toWindowsPaths(word, launcher));
  const child = spawn(launcher.wine, [launcher.node, ...words], {
    cwd,
    env: makeWineEnv(env, launcher),
    stdio: descriptors,
  });
  for (const descriptor of descriptors) closeSync(descriptor);

  const sizeBytes = () => statSync(paths.stdout).size + statSync(paths.stderr).size;
  let seenBytes = 0;
  const watching = setInterval(() => {
    const nowBytes = sizeBytes();
    if (nowBytes === seenBytes) return;
    seenBytes = nowBytes;
    onOutput();
  }, LOOK_EVERY_MS);
  child.once('close', () => clearInterval(watching));
  child.once('error', () => clearInterval(watching));
  return { child, output: (name) => readFileSync(paths[name]) };
}

/** The variables for Wine, and those of the test, which the preload sets again because Wine resets some. */
function makeWineEnv(env: Readonly<Record<string, string>>, launcher: WineLauncher): Record<string, string> {
  const { PATH: path = '', HOME: home = '', TMPDIR: temp = '', ...rest } = env;
  const own: Record<string, string> = {
    USERPROFILE: home,
    APPDATA: join(home, 'AppData', 'Roaming'),
    LOCALAPPDATA: join(home, 'AppData', 'Local'),
    TEMP: temp,
    TMP: temp,
    ...rest,
    ...(path === process.env['PATH'] ? {} : { PATH: path.replaceAll(':', ';') }),
  };
  const windows = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, toWindowsPaths(value, launcher)]),
  );
  return {
    ...windows,
    PATH: process.env['PATH'] ?? '',
    HOME: launcher.prefix,
    LANG: 'C.UTF-8',
    WINEPREFIX: launcher.prefix,
    WINEDEBUG: '-all',
    STREAMDIVER_TEST_ENV: JSON.stringify(windows),
  };
}
