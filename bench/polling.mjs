import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { randomFrom } from '../scripts/random.mjs';
import { targetLine } from './support/comparison.mjs';

export const title = 'Polling: time lost after a package is ready';

const WAIT = fileURLToPath(new URL('../src/wait/wait-until-ready.ts', import.meta.url));
/** Preparation times, from a second to six hours. */
const SECONDS = [1, 2, 5, 10, 20, 30, 60, 90, 120, 150, 300, 600, 1_800, 3_600, 21_600];
const RUNS = 1_000;
/** Preparation times vary, so that none matches a polling rhythm by chance. */
const SPREAD = 0.1;
const SEED = 20;
const FIXED_SECONDS = 5;
const LOST_SHARE = 0.07;
const LOST_SECONDS = 0.5;

/** Waits with the program's own code, on a clock that jumps from poll to poll. */
export async function run({ folder }) {
  const waitUntilReady = await load(folder);
  const random = randomFrom(SEED);
  const rows = [];
  for (const seconds of SECONDS) {
    const runs = [];
    for (let index = 0; index < RUNS; index += 1) {
      const readyMs = seconds * 1_000 * (1 - SPREAD + 2 * SPREAD * random());
      runs.push(await wait(waitUntilReady, readyMs, random));
    }
    const lostSeconds = mean(runs.map(({ lostMs }) => lostMs)) / 1_000;
    const requests = mean(runs.map((one) => one.requests));
    const fixedRequests = mean(runs.map(({ readyMs }) => Math.ceil(readyMs / 1_000 / FIXED_SECONDS) + 1));
    rows.push({ seconds, lostSeconds, requests, fixedRequests });
  }
  const isSoonEnough = ({ seconds, lostSeconds }) =>
    lostSeconds <= Math.max(LOST_SHARE * seconds, LOST_SECONDS);
  const late = rows.filter((row) => !isSoonEnough(row));
  const busy = rows.filter(
    ({ seconds, requests, fixedRequests }) => seconds > 30 && requests >= fixedRequests,
  );
  return [
    `${RUNS} packages for each preparation time, ± ${Math.round(SPREAD * 100)} %, seed ${SEED}. Responses take no time.`,
    '',
    `| preparation | lost, mean | share | requests | with a poll every ${FIXED_SECONDS} s |`,
    '|---|---|---|---|---|',
    ...rows.map(
      ({ seconds, lostSeconds, requests, fixedRequests }) =>
        `| ${seconds} s | ${lostSeconds.toFixed(2)} s | ${((100 * lostSeconds) / seconds).toFixed(1)} % | ${requests.toFixed(1)} | ${fixedRequests.toFixed(1)} |`,
    ),
    '',
    targetLine(
      `lost at most ${Math.round(LOST_SHARE * 100)} % of the preparation, or ${LOST_SECONDS} s`,
      late.length === 0 ? 'at every time' : `not at ${namesOf(late)}`,
      late.length === 0,
    ),
    targetLine(
      `fewer requests than a poll every ${FIXED_SECONDS} s, above 30 s`,
      busy.length === 0 ? 'at every time' : `not at ${namesOf(busy)}`,
      busy.length === 0,
    ),
  ];
}

async function wait(waitUntilReady, readyMs, random) {
  let nowMs = 0;
  let requests = 0;
  const clock = {
    monotonicMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  const api = {
    getDownload: () => {
      requests += 1;
      const isReady = nowMs >= readyMs;
      return Promise.resolve({
        status: isReady ? 'ready' : 'preparing',
        state: isReady ? 'ready' : 'preparing',
        files: ['one'],
        retryAfterMs: null,
      });
    },
  };
  const options = { timeoutMs: Number.MAX_SAFE_INTEGER, intervalMs: null, isJustCreated: false };
  const { signal } = new AbortController();
  await waitUntilReady('simulated', options, { api, clock, random, signal, onEvent: () => undefined });
  return { lostMs: nowMs - readyMs, requests, readyMs };
}

async function load(folder) {
  const output = path.join(folder, 'polling');
  mkdirSync(output, { recursive: true });
  const file = path.join(output, 'wait.mjs');
  await build({ input: WAIT, platform: 'node', output: { file, format: 'esm' }, logLevel: 'warn' });
  const { waitUntilReady } = await import(pathToFileURL(file).href);
  return waitUntilReady;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const namesOf = (rows) => rows.map(({ seconds }) => `${seconds} s`).join(', ');
