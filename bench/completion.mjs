// How long a person waits after Tab: the answer from the command tree, and ids from the cache.
//   npm run build && node bench/completion.mjs
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, median } from './measure.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 20);
const TARGET_MS = 150;
const PROGRAM = fileURLToPath(new URL('../bin/streamdiver-dl.js', import.meta.url));
const QUESTIONS = {
  'a flag, from the command tree': ['fetch', '--'],
  'an id, from the cache': ['fetch', ''],
};

const folder = mkdtempSync(path.join(os.tmpdir(), 'streamdiver-dl-bench-'));
const sandbox = spawn(process.execPath, [PROGRAM, 'sandbox', '--prepare', '0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
  env: { PATH: process.env.PATH, HOME: folder },
});
try {
  const line = await new Promise((resolve) => sandbox.stdout.once('data', (text) => resolve(String(text))));
  const { url, token } = JSON.parse(line.split('\n')[0]);
  // Without the certificate variables of the machine: Node reads such a file at every start.
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    STREAMDIVER_API_URL: url,
    STREAMDIVER_SSO_URL: new URL(url).origin,
    STREAMDIVER_TOKEN: token,
  };
  const medium = execFileSync(
    process.execPath,
    [PROGRAM, 'media', 'list', '-L', '1', '--format', 'id', '-q'],
    {
      env,
      encoding: 'utf8',
    },
  ).trim();
  execFileSync(process.execPath, [PROGRAM, 'create', '-m', medium, '--quiet'], { env });
  console.log(`Node ${process.version}, ${ROUNDS} runs each, target ${TARGET_MS} ms`);
  console.log('| what | median ms | min–max | target |');
  console.log('|---|---|---|---|');
  // A machine that is busy shows here first.
  report('Node.js alone', await timesOf(['-e', '0'], env));
  for (const [name, words] of Object.entries(QUESTIONS)) {
    report(name, await timesOf([PROGRAM, '__complete', 'zsh', '--', ...words], env));
  }
} finally {
  sandbox.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

/** In milliseconds. A first look, which does not count, fills the cache. */
async function timesOf(args, env) {
  const times = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const { seconds } = await measure(process.execPath, args, { env });
    if (round > 0) times.push(seconds * 1000);
  }
  return times;
}

function report(name, times) {
  const middle = median(times);
  const range = `${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)}`;
  console.log(`| ${name} | ${middle.toFixed(0)} | ${range} | ${middle <= TARGET_MS ? 'met' : 'missed'} |`);
}
