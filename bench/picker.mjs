// How quick the picker feels with a large library: `node bench/picker.mjs [MEDIA]`, 5,000 unless given.
// Serves that many files from the sandbox and types into a real pseudo-terminal.
import { spawn as spawnProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';

const PROGRAM = fileURLToPath(new URL('../bin/streamdiver-dl.js', import.meta.url));
const MEDIA = Number(process.argv[2] ?? 5_000);
const STARTS = 10;
const KEYS = 50;
const DOWN = '\x1b[B';

const folder = mkdtempSync(path.join(os.tmpdir(), 'streamdiver-dl-bench-'));
const env = { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', TERM: 'xterm-256color' };
const sandbox = await startSandbox();
try {
  await run();
} finally {
  sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function startSandbox() {
  const media = path.join(folder, 'media');
  mkdirSync(media);
  for (let index = 0; index < MEDIA; index += 1) {
    writeFileSync(path.join(media, `Recording ${String(index).padStart(5, '0')}.mp4`), 'x');
  }
  const child = spawnProcess(process.execPath, [PROGRAM, 'sandbox', '--media-dir', media], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url, token } = JSON.parse(line);
  return { env: { ...env, STREAMDIVER_API_URL: url, STREAMDIVER_TOKEN: token }, stop: () => child.kill() };
}

async function run() {
  const drawn = [];
  const filled = [];
  for (let start = 0; start < STARTS; start += 1) {
    const picker = startPicker();
    drawn.push(await picker.until('Media'));
    filled.push(await picker.until('Recording'));
    await picker.end();
  }
  const picker = startPicker();
  await picker.until('found');
  await delay(500);
  const moves = [];
  for (let key = 0; key < KEYS; key += 1) moves.push(await picker.press(DOWN, 'Recording'));
  const letters = [];
  for (const letter of 'Recording 0'.repeat(5).slice(0, KEYS)) {
    letters.push(await picker.press(letter, 'Media'));
    await delay(20);
  }
  await picker.press('\x15', 'Media');
  await delay(500);
  const searches = [];
  for (let search = 0; search < 10; search += 1) {
    const text = `Recording ${String(search * 401).padStart(5, '0')}`;
    searches.push(await picker.press(text, '1 found'));
    await picker.press('\x15', '50+ found');
  }
  await picker.end();
  console.log(`${MEDIA} media in the sandbox, Node ${process.version}`);
  console.log('| what | median ms | slowest ms |');
  console.log('|---|---|---|');
  report(`start to the question (${STARTS} starts)`, drawn);
  report(`start to the first rows (${STARTS} starts)`, filled);
  report(`arrow key to repaint (${KEYS} keys, over a page border)`, moves);
  report(`letter to repaint (${letters.length} keys)`, letters);
  report('last letter to the answer (10 searches, 150 ms of it waiting for more letters)', searches);
}

function startPicker() {
  const startMs = performance.now();
  const child = spawn(process.execPath, [PROGRAM, 'create'], { cols: 80, rows: 24, env: sandbox.env });
  let text = '';
  let notify = () => {};
  child.onData((data) => {
    text += data;
    notify();
  });
  const exited = new Promise((resolve) => child.onExit(resolve));
  const contains = async (expected, from) => {
    while (!text.includes(expected, from)) await new Promise((resolve) => (notify = resolve));
    return performance.now();
  };
  return {
    until: async (expected) => (await contains(expected, 0)) - startMs,
    async press(keys, expected) {
      const from = text.length;
      const pressedMs = performance.now();
      child.write(keys);
      return (await contains(expected, from)) - pressedMs;
    },
    async end() {
      child.write('\x03');
      await exited;
    },
  };
}

function report(what, timesMs) {
  const sorted = timesMs.toSorted((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)];
  console.log(`| ${what} | ${median.toFixed(0)} | ${sorted.at(-1).toFixed(0)} |`);
}
