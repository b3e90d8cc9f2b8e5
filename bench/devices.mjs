import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { spread } from './support/comparison.mjs';
import { measure } from './support/measure.mjs';
import { NODES } from './support/program.mjs';
import { alternate, ratios } from './support/rounds.mjs';
import { createPackage, startSandbox } from './support/sandbox.mjs';

export const title = 'Start-up devices: each switched off alone';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const RUNS = Number(process.env.BENCH_ROUNDS || 30);
const BASE = 'all on';

/** The text replacements, by file, that disable each mechanism. */
const DEVICES = {
  'calls in packages replaced (build/omit-unused.ts)': {
    'rolldown.config.ts': [
      [' omitUnused(),', ''],
      ["import { omitUnused } from './build/omit-unused.ts';\n", ''],
    ],
  },
  'modules gathered in chunks (build/gather.ts)': {
    'rolldown.config.ts': [["FOR_COMPLETION.test(id) ? 'io' : groupOf(id)", 'null']],
  },
  'flags parted from work (build/split-commands.ts)': {
    'rolldown.config.ts': [
      ['splitCommands(), ', ''],
      ["import { splitCommands } from './build/split-commands.ts';\n", ''],
    ],
  },
  'undici by file (src/http/undici.ts)': {
    'src/http/undici.ts': [
      ["import connect from 'undici/lib/api/api-connect.js';\n", ''],
      ["import request from 'undici/lib/api/api-request.js';\n", ''],
      [
        "import Agent from 'undici/lib/dispatcher/agent.js';\n",
        "import { Agent, type Dispatcher } from 'undici';\n",
      ],
      ["import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';\n", ''],
      ['Object.assign(Dispatcher.prototype, { request, connect });\n', ''],
    ],
  },
  "parser's budget (src/http/parser-tiering.ts)": {
    'src/http/parser-tiering.ts': [['if (usual === undefined) return', 'if (usual !== null) return']],
  },
  '--version by itself (src/launch.ts)': {
    'src/launch.ts': [['argv.length === 1 &&', 'argv.length === 99 &&']],
  },
};

export async function run({ folder }) {
  const sandbox = await startSandbox(folder);
  try {
    const commands = {
      '--version': ['--version'],
      '--help': ['--help'],
      'a wrong flag': ['status', '--wrong'],
    };
    commands.status = ['status', createPackage(sandbox.env)];
    commands.list = ['list'];
    const programs = { [BASE]: build(folder, BASE, {}) };
    for (const [name, edits] of Object.entries(DEVICES)) programs[name] = build(folder, name, edits);
    const lines = [];
    for (const node of NODES)
      lines.push(...(await measureNode(node, { commands, programs, folder, env: sandbox.env })));
    return lines;
  } finally {
    await sandbox.stop();
  }
}

/** Builds a copy of the repository with the edits. Returns the path of its program. */
function build(folder, name, edits) {
  const copy = path.join(folder, name.replaceAll(/\W+/g, '-'));
  const files = execFileSync(
    'git',
    ['ls-files', 'bin', 'src', 'build', 'assets', 'package.json', 'rolldown.config.ts'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  for (const file of files.trim().split('\n')) {
    mkdirSync(path.join(copy, path.dirname(file)), { recursive: true });
    copyFileSync(path.join(ROOT, file), path.join(copy, file));
  }
  for (const [file, replacements] of Object.entries(edits)) {
    let text = readFileSync(path.join(copy, file), 'utf8');
    for (const [before, after] of replacements) {
      if (!text.includes(before)) throw new Error(`${file} no longer contains ${before}`);
      text = text.replace(before, after);
    }
    writeFileSync(path.join(copy, file), text);
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  execFileSync(path.join(ROOT, 'node_modules/.bin/rolldown'), ['-c'], { cwd: copy, stdio: 'ignore' });
  return path.join(copy, 'bin/streamdiver-dl.js');
}

async function measureNode(node, { commands, programs, folder, env }) {
  const rows = new Map(Object.keys(programs).map((name) => [name, []]));
  for (const words of Object.values(commands)) {
    const contenders = Object.fromEntries(
      Object.entries(programs).map(([name, program]) => [
        name,
        // A wrong flag must end with exit code 2.
        () =>
          measure(['sh', '-c', '"$@"; [ $? -le 2 ]', 'sh', node.path, program, ...words], { folder, env }),
      ]),
    );
    const results = await alternate(contenders, { rounds: RUNS });
    for (const name of rows.keys()) rows.get(name).push(spread(ratios(results, name, BASE, 'cpuSeconds'), 2));
  }
  return [
    `${node.name}, CPU time without the device, × with all of them:`,
    '',
    `| switched off | ${Object.keys(commands).join(' | ')} |`,
    `|---|${'---|'.repeat(Object.keys(commands).length)}`,
    ...[...rows]
      .filter(([name]) => name !== BASE)
      .map(([name, cells]) => `| ${name} | ${cells.join(' | ')} |`),
    '',
  ];
}
