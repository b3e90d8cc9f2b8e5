// Installs the packed package into an empty folder and uses it with all supported Node.js versions.
//   npm run test:nodes           all of them
//   npm run test:nodes -- 20 24  only these
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** The oldest version that `engines` allows, then the newest of each major version. */
const NODES = ['20.18.1', '20', '22', '24', '26'];

const folder = mkdtempSync(path.join(os.tmpdir(), 'streamdiver-dl-nodes-'));
try {
  const program = installProgram();
  const asked = process.argv.slice(2);
  for (const version of asked.length > 0 ? asked : NODES) await useWith(installNode(version), program);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function installProgram() {
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], ROOT));
  const prefix = path.join(folder, 'prefix');
  mkdirSync(prefix);
  npm(['install', '--no-audit', '--no-fund', '--prefix', prefix, path.join(folder, filename)], folder);
  const installed = readdirSync(path.join(prefix, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(
    installed.join() === 'streamdiver-dl',
    `only the package itself is installed, not ${installed.join()}`,
  );
  return path.join(prefix, 'node_modules/streamdiver-dl/bin/streamdiver-dl.js');
}

/** From the platform packages of the npm package `node`, which need no install script. */
function installNode(version) {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${system}-${process.arch}`;
  const prefix = path.join(folder, `node-${version}`);
  mkdirSync(prefix);
  npm(['install', '--no-audit', '--no-fund', '--prefix', prefix, `${name}@${version}`], folder);
  return path.join(prefix, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

async function useWith(node, program) {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const home = mkdtempSync(path.join(folder, 'home-'));
  const { PATH, SystemRoot } = process.env;
  const env = { PATH, SystemRoot, HOME: home, USERPROFILE: home, TMPDIR: home, TEMP: home, NO_COLOR: '1' };
  const run = (args, more = {}) =>
    execFileSync(node, [program, ...args], {
      encoding: 'utf8',
      cwd: home,
      env: { ...env, ...more },
      stdio: 'pipe',
    });

  const manifest = JSON.parse(readFileSync(path.join(program, '../../package.json'), 'utf8'));
  expect(run(['--version']).trim() === manifest.version, '--version says the version');
  const help = run(['--help']);
  const done = ['--version', '--help'];
  if (/^ {2}completion\b/m.test(help)) {
    for (const shell of ['bash', 'zsh', 'fish', 'pwsh'])
      expect(run(['completion', shell]).includes('streamdiver-dl'), `completion ${shell} prints a script`);
    done.push('completion');
  }
  run(['demo']);
  done.push('demo');

  const sandbox = await startSandbox(node, program, { cwd: home, env });
  try {
    const own = sandbox.variables;
    const [medium] = run(['media', 'list', '--format', 'id', '--limit', '1'], own).split('\n');
    const id = run(['create', '-m', medium, '--transcripts', 'srt'], own).trim();
    run(['status', id, '--wait'], own);
    expect(run(['list', '--format', 'id'], own).trim() === id, 'list shows the package');
    if (/^ {2}contents\b/m.test(help)) {
      expect(run(['contents', id], own).includes('.srt'), 'contents shows what is inside');
      done.push('contents');
    }
    const archive = run(['fetch', id], own).trim();
    const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
    run(['fetch', id, '-o', 'again.zip', '--checksum', `sha256=${sum}`], own);
    run(['fetch', id, '-x', '-D', 'out'], own);
    expect(readdirSync(path.join(home, 'out'), { recursive: true }).length > 1, 'fetch -x unpacks');
    run(['rm', '--yes', id], own);
    done.push('media list', 'create', 'status --wait', 'list', 'fetch', 'fetch -x', 'rm');
  } finally {
    sandbox.stop();
  }
  console.log(`${version}: ${done.join(', ')}`);
}

/** Runs until stopped. Its first line contains its address. */
async function startSandbox(node, program, options) {
  const child = spawn(node, [program, 'sandbox', '-q', '--prepare', '0s'], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const { value: line } = await lines[Symbol.asyncIterator]().next();
  const { url, token } = JSON.parse(line);
  return { variables: { STREAMDIVER_API_URL: url, STREAMDIVER_TOKEN: token }, stop: () => child.kill() };
}

/** On Windows, npm is a script that only a shell can run. */
function npm(args, cwd) {
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function expect(isTrue, what) {
  if (!isTrue) throw new Error(`not so: ${what}`);
}
