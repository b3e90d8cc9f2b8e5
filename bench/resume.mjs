import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeSparse, zeroEntry } from './support/archive.mjs';
import { spread, targetLine } from './support/comparison.mjs';
import { cleanEnv, NODES, program, rowName } from './support/program.mjs';
import { median, ROUNDS } from './support/rounds.mjs';
import { mediumSizesMiB } from './support/scene.mjs';

export const title = 'Resuming: time until the first new byte, after half of an archive';

const BLOCK_BYTES = 1_048_576;
const AT_MOST_SECONDS = 0.5;
const WAYS = { fetch: ['-o', 'archive.zip'], 'fetch -x': ['-x', '-D', 'unpacked'] };

export async function run({ folder }) {
  const [mediumMiB] = mediumSizesMiB(8192);
  const archive = path.join(folder, 'package');
  await writeSparse(archive, [zeroEntry('recording.mp4', mediumMiB * BLOCK_BYTES)]);
  const server = await serve(archive);
  try {
    const rows = [];
    for (const node of NODES) {
      for (const [way, flags] of Object.entries(WAYS)) {
        const seconds = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const place = path.join(folder, 'place');
          mkdirSync(place);
          const start = () => startProgram(node, flags, { folder, place, url: server.url });
          // The first run gets half of the bytes, the second one the first byte that was not sent yet.
          await killAt(server.sent(mediumMiB / 2), start());
          await server.settle();
          const startMs = performance.now();
          await killAt(server.sent(server.sentBlocks() + 1), start());
          seconds.push((server.lastNewBlockMs() - startMs) / 1_000);
          await server.settle();
          server.forget();
          rmSync(place, { recursive: true });
        }
        rows.push({ name: rowName(node, way), seconds });
      }
    }
    return [
      `${mediumMiB / 2} of ${mediumMiB} MiB are there:`,
      '',
      '| what | seconds |',
      '|---|---|',
      ...rows.map(({ name, seconds }) => `| ${name} | ${spread(seconds)} |`),
      '',
      ...rows.map(({ name, seconds }) => {
        const found = median(seconds);
        return targetLine(`${name} ≤ ${AT_MOST_SECONDS} s`, found.toFixed(2), found <= AT_MOST_SECONDS);
      }),
    ];
  } finally {
    server.close();
  }
}

function startProgram(node, flags, { folder, place, url }) {
  const [file, ...args] = program(node, ['fetch', 'bench', '--quiet', ...flags]);
  const env = cleanEnv(folder, { STREAMDIVER_API_URL: `${url}/v2`, STREAMDIVER_TOKEN: 'bench' });
  return spawn(file, args, { cwd: place, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** @throws Error if the program ends on its own */
async function killAt(moment, child) {
  const exited = once(child, 'exit');
  const ended = exited.then(([code]) => {
    throw new Error(`the program ended with ${code} before it had enough bytes`);
  });
  ended.catch(() => {});
  await Promise.race([moment, ended]);
  child.kill('SIGKILL');
  await exited;
}

/** The API and the storage, which knows the blocks of the archive that it has sent. */
async function serve(archive) {
  const sizeBytes = statSync(archive).size;
  const sent = new Set();
  let waiting = null;
  let lastNewBlockMs = 0;
  const count = (position) => {
    const block = Math.floor(position / BLOCK_BYTES);
    if (sent.has(block)) return;
    sent.add(block);
    lastNewBlockMs = performance.now();
    if (sent.size >= (waiting?.blocks ?? Number.POSITIVE_INFINITY)) waiting.resolve();
  };
  const sendFile = (request, response) => {
    const [start, end] = requestedRange(request.headers.range, sizeBytes);
    const isPart = end - start < sizeBytes;
    response.writeHead(isPart ? 206 : 200, {
      etag: '"bench"',
      'accept-ranges': 'bytes',
      'content-type': 'application/zip',
      'content-length': end - start,
      ...(isPart ? { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` } : {}),
    });
    let position = start;
    const body = createReadStream(archive, { start, end: end - 1, highWaterMark: 262_144 });
    body.on('data', (chunk) => {
      count(position);
      position += chunk.length;
    });
    body.pipe(response);
    response.once('close', () => body.destroy());
  };
  const server = http.createServer((request, response) => {
    if (request.url.endsWith('/file')) return sendFile(request, response);
    const url = `http://${request.headers.host}/file`;
    const file = { url, size: sizeBytes, mimeType: 'application/zip' };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ status: 'success', data: { id: 'bench', status: 'ready', files: [file] } }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    sent: (blocks) =>
      new Promise((resolve) => {
        waiting = { blocks, resolve };
      }),
    sentBlocks: () => sent.size,
    lastNewBlockMs: () => lastNewBlockMs,
    forget: () => sent.clear(),
    /** Without the connections of a killed program, no more bytes are sent. */
    async settle() {
      server.closeAllConnections();
      await sleep(100);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Start and end, half-open. */
function requestedRange(range, sizeBytes) {
  const [, start, end] = /^bytes=(\d*)-(\d*)$/.exec(range ?? 'bytes=0-') ?? [];
  if (start === '') return [Math.max(0, sizeBytes - Number(end)), sizeBytes];
  return [Number(start), end === '' ? sizeBytes : Math.min(Number(end) + 1, sizeBytes)];
}
