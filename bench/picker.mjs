import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';
import { spread, targetLine } from './support/comparison.mjs';
import { NODES, program } from './support/program.mjs';
import { median } from './support/rounds.mjs';
import { startSandbox } from './support/sandbox.mjs';

export const title = 'The picker, with 5,000 media in the library';

const MEDIA = 5_000;
const STARTS = 10;
const KEYS = 50;
const SEARCHES = 10;
const DOWN = '\x1b[B';
const CLEAR = '\x15';
const FIRST_ROWS = 'start to the first rows';
const AT_MOST_MS = {
  [FIRST_ROWS]: 400,
  'arrow key to repaint, over the border of a page': 50,
  'letter to repaint': 50,
};

/** The sandbox serves that many files. Keys are typed into a real pseudo-terminal. */
export async function run({ folder }) {
  const mediaDirectory = path.join(folder, 'media');
  mkdirSync(mediaDirectory);
  for (let index = 0; index < MEDIA; index += 1) {
    writeFileSync(path.join(mediaDirectory, `Recording ${String(index).padStart(5, '0')}.mp4`), 'x');
  }
  const sandbox = await startSandbox(folder, ['--media-dir', mediaDirectory]);
  try {
    const lines = [];
    for (const node of NODES) lines.push(`${node.name}:`, '', ...(await measureNode(node, sandbox.env)), '');
    return lines;
  } finally {
    await sandbox.stop();
  }
}

async function measureNode(node, env) {
  const times = {
    'start to the question': [],
    [FIRST_ROWS]: [],
    'arrow key to repaint, over the border of a page': [],
    'letter to repaint': [],
    'last letter to the answer, 150 ms of it waiting for more letters': [],
  };
  const [drawn, filled, moves, letters, searches] = Object.values(times);
  for (let start = 0; start < STARTS; start += 1) {
    const picker = startPicker(node, env);
    drawn.push(await picker.until('Media'));
    filled.push(await picker.until('Recording'));
    await picker.end();
  }
  const picker = startPicker(node, env);
  await picker.until('found');
  await delay(500);
  for (let key = 0; key < KEYS; key += 1) moves.push(await picker.press(DOWN, 'Recording'));
  for (const letter of 'Recording 0'.repeat(5).slice(0, KEYS)) {
    letters.push(await picker.press(letter, 'Media'));
    await delay(20);
  }
  await picker.press(CLEAR, 'Media');
  await delay(500);
  for (let search = 0; search < SEARCHES; search += 1) {
    const text = `Recording ${String(search * 401).padStart(5, '0')}`;
    searches.push(await picker.press(text, '1 found'));
    await picker.press(CLEAR, '50+ found');
  }
  await picker.end();
  return [
    '| what | ms |',
    '|---|---|',
    ...Object.entries(times).map(([what, timesMs]) => `| ${what} | ${spread(timesMs, 0)} |`),
    '',
    ...Object.entries(AT_MOST_MS).map(([what, atMostMs]) => {
      const middleMs = median(times[what]);
      return targetLine(`${what} ≤ ${atMostMs} ms`, `${middleMs.toFixed(0)} ms`, middleMs <= atMostMs);
    }),
  ];
}

function startPicker(node, env) {
  const startMs = performance.now();
  const [file, ...args] = program(node, ['create']);
  const child = spawn(file, args, {
    cols: 80,
    rows: 24,
    env: { ...env, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
  });
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
