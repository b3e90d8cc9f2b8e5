// Compares `streamdiver-dl fetch`, verification included, with curl for the same archive.
//   npm run bench                     1 GiB in the folder for temporary files
//   BENCH_DIR=/dev/shm npm run bench  the same in memory, where the disk does not count
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeArchive } from './archive.mjs';
import { measure, median } from './measure.mjs';
import { startNginx } from './nginx.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const MEDIUM_BYTES = Number(process.env.BENCH_MIB ?? 1024) * 1_048_576;
const PROGRAM = fileURLToPath(new URL('../bin/streamdiver-dl.js', import.meta.url));

const folder = mkdtempSync(path.join(process.env.BENCH_DIR ?? os.tmpdir(), 'streamdiver-dl-bench-'));
try {
  await run();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run() {
  const www = path.join(folder, 'www', 'v2', 'downloads');
  mkdirSync(path.join(www, 'file'), { recursive: true });
  const archive = path.join(www, 'file', 'bench.zip');
  await writeArchive(archive, MEDIUM_BYTES);
  const size = statSync(archive).size;
  const server = await startNginx(folder);
  try {
    const url = `${server.url}/v2/downloads/file/bench.zip`;
    const files = [{ url, size, mimeType: 'application/zip' }];
    writeFileSync(
      path.join(www, 'bench'),
      JSON.stringify({ status: 'success', data: { id: 'bench', status: 'ready', files } }),
    );
    const target = path.join(folder, 'target.zip');
    const contenders = {
      'curl -o': () => measure('curl', ['-sf', '-o', target, url]),
      'curl -o && sync && unzip -tq': () =>
        measure('sh', ['-c', 'curl -sf -o "$1" "$2" && sync "$1" && unzip -tq "$1"', 'sh', target, url]),
      'streamdiver-dl fetch': () =>
        measure(process.execPath, [PROGRAM, 'fetch', 'bench', '-o', target], {
          env: {
            PATH: process.env.PATH,
            HOME: folder,
            STREAMDIVER_API_URL: `${server.url}/v2`,
            STREAMDIVER_TOKEN: 'bench',
          },
        }),
    };
    report(await alternate(contenders, target), size);
  } finally {
    await server.stop();
  }
}

/** One of each, then again: what disturbs the machine disturbs all alike. The first round only warms up. */
async function alternate(contenders, target) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, contender] of Object.entries(contenders)) {
      rmSync(target, { force: true });
      execFileSync('sync');
      const result = await contender();
      if (round > 0) results[name].push(result);
    }
  }
  return results;
}

function report(results, size) {
  const baseline = median(results['curl -o'].map(({ seconds }) => seconds));
  console.log(
    `${(size / 1_048_576).toFixed(0)} MiB over loopback, Node ${process.version}, medians of ${ROUNDS} alternating runs`,
  );
  console.log('| what | wall s | min–max | × curl | peak MiB |');
  console.log('|---|---|---|---|---|');
  for (const [name, runs] of Object.entries(results)) {
    const times = runs.map(({ seconds }) => seconds);
    const range = `${Math.min(...times).toFixed(2)}–${Math.max(...times).toFixed(2)}`;
    const peak = median(runs.map(({ peakMiB }) => peakMiB)).toFixed(0);
    console.log(
      `| ${name} | ${median(times).toFixed(2)} | ${range} | ${(median(times) / baseline).toFixed(2)} | ${peak} |`,
    );
  }
}
