// npm run bench                          lists the benchmarks: one file of bench/ each
// npm run bench -- NAME [ARG]…           measures and prints
// npm run bench -- NAME [ARG]… --write   also writes the result to its document
// docs/benchmarks.md lists the variables BENCH_….
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSection } from './document.mjs';
import { describeMachine } from './machine.mjs';
import { describeTools } from './tools.mjs';

const BENCHMARKS = fileURLToPath(new URL('../', import.meta.url));
const [name, ...args] = process.argv.slice(2);

const names = readdirSync(BENCHMARKS)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => path.basename(file, '.mjs'));
if (name === undefined) for (const each of names) console.log(`${each}: ${(await load(each)).title}`);
else if (names.includes(name)) await measureAndReport();
else throw new Error(`no benchmark is named ${name}; there are ${names.join(', ')}`);

/**
 * A benchmark exports its `title`, its required `tools` (names in tools.mjs), and `run({ folder, args })`,
 * which resolves with the result as lines of Markdown. `section(args)` may name a document other than
 * docs/benchmarks.md, and its section.
 */
function load(each) {
  return import(new URL(`../${each}.mjs`, import.meta.url).href);
}

async function measureAndReport() {
  const { title, tools = [], run, section = () => ({}) } = await load(name);
  const conditions = `${describeMachine()}; ${describeTools(tools)}`;
  const folder = mkdtempSync(path.join(process.env.BENCH_DIR || os.tmpdir(), 'streamdiver-dl-bench-'));
  try {
    const ownArgs = args.filter((arg) => arg !== '--write');
    const result = await run({ folder, args: ownArgs });
    const lines = [
      `\`${command(ownArgs)}\`, ${new Date().toISOString().slice(0, 10)}; ${conditions}.`,
      '',
      ...result,
    ];
    console.log(lines.join('\n'));
    if (args.includes('--write')) writeSection({ name, title, lines, ...section(ownArgs) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The command that reproduces the section, with its variables. */
function command(ownArgs) {
  const variables = Object.entries(process.env).filter(([key]) => key.startsWith('BENCH_'));
  return [
    ...variables.map(([key, value]) => `${key}=${value}`).toSorted(),
    'npm run bench --',
    name,
    ...ownArgs,
    '--write',
  ].join(' ');
}
