import { randomUUID } from 'node:crypto';
import { closeSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { spread, targetLine } from './support/comparison.mjs';
import { measure } from './support/measure.mjs';
import { cleanEnv, NODES, program } from './support/program.mjs';
import { alternate, median, ratios } from './support/rounds.mjs';

export const title = 'The record: a start with a million lines';

const LINES = 1_000_000;
const LINES_PER_WRITE = 10_000;
const AT_MOST_SECONDS = 1.2;
const AT_MOST_TIMES = 0.25;
const PARSING = 'JSON.parse of each line, keys in a Set';
const AT_MOST_MIB = 100;
const ID = 'recorded-package';

/** The simple implementation, for comparison. */
const PARSE_ALL = `
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
const keys = new Set();
for await (const line of createInterface({ input: createReadStream(process.argv[1]) })) {
  const { kind, transcriptId, format, speakers, packageId } = JSON.parse(line);
  keys.add([kind, transcriptId, format, speakers, packageId].join());
}
`;

/** Everything requested is already recorded, so the command reads the record and ends. */
export async function run({ folder }) {
  const large = path.join(folder, 'large.ndjson');
  const small = path.join(folder, 'small.ndjson');
  const packageLine = `{"kind":"package","packageId":"${ID}","time":"2026-11-29T12:00:00Z","transcriptId":null,"format":null,"speakers":null,"mediaId":null,"title":null,"language":null,"renditionId":null,"path":null,"sizeBytes":null,"sha256":null,"crc32":null}\n`;
  writeFileSync(small, packageLine);
  writeLines(large, packageLine);
  const sections = [];
  for (const node of NODES) sections.push(...(await measureNode(node, { folder, large, small })));
  return [`${LINES} lines, ${Math.round(statSync(large).size / 1e6)} MB:`, '', ...sections];
}

async function measureNode(node, { folder, large, small }) {
  const env = cleanEnv(folder, { STREAMDIVER_TOKEN: 'token', STREAMDIVER_API_URL: 'http://127.0.0.1:9/v2' });
  const fetch = (record) => () =>
    measure(program(node, ['fetch', ID, '--only-new', '--record', record]), { folder, env });
  const parse = () => measure([node.path, '--input-type=module', '-e', PARSE_ALL, large], { folder, env });
  const results = await alternate({
    'one line': fetch(small),
    'a million lines': fetch(large),
    [PARSING]: parse,
  });
  const figures = Object.entries(results).map(([name, runs]) => ({
    name,
    seconds: runs.map(({ seconds }) => seconds),
    cpuSeconds: runs.map(({ cpuSeconds }) => cpuSeconds),
    peakMiB: runs.map(({ peakMiB }) => peakMiB),
  }));
  const [, last] = figures;
  const [seconds, peakMiB] = [median(last.seconds), median(last.peakMiB)];
  const times = median(ratios(results, 'a million lines', PARSING, 'seconds'));
  return [
    `| ${node.name} | wall s | CPU s | peak MiB |`,
    '|---|---|---|---|',
    ...figures.map(
      ({ name, ...of }) =>
        `| ${name} | ${spread(of.seconds)} | ${spread(of.cpuSeconds)} | ${spread(of.peakMiB, 0)} |`,
    ),
    '',
    targetLine(`whole command ≤ ${AT_MOST_SECONDS} s`, `${seconds.toFixed(2)} s`, seconds <= AT_MOST_SECONDS),
    targetLine(`wall time ≤ ${AT_MOST_TIMES} × ${PARSING}`, times.toFixed(2), times <= AT_MOST_TIMES),
    targetLine(`peak ≤ ${AT_MOST_MIB} MiB`, `${peakMiB.toFixed(0)} MiB`, peakMiB <= AT_MOST_MIB),
    '',
  ];
}

function writeLines(file, lastLine) {
  const descriptor = openSync(file, 'w');
  for (let written = 0; written < LINES - 1; ) {
    const count = Math.min(LINES_PER_WRITE, LINES - 1 - written);
    const lines = Array.from({ length: count }, (_, index) => transcriptLine(written + index));
    writeSync(descriptor, lines.join(''));
    written += count;
  }
  writeSync(descriptor, lastLine);
  closeSync(descriptor);
}

function transcriptLine(number) {
  const id = randomUUID();
  const digest = id.replaceAll('-', '').repeat(2);
  return `{"kind":"transcript","transcriptId":"${id}","format":"vtt","speakers":true,"time":"2026-11-29T12:00:00Z","mediaId":"${randomUUID()}","title":"Council meeting ${number}","language":"de-v2","renditionId":null,"packageId":null,"path":"transcripts/council-meeting-${number}-${id.slice(0, 8)}.de-v2.vtt","sizeBytes":6213,"sha256":"${digest}","crc32":null}\n`;
}
