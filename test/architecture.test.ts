import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

/** What each part of src/ may import: a folder or a file at the top. docs/architecture.md has a diagram. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  clock: [],
  version: [],
  'task-pool': [],
  semaphore: [],
  help: ['version'],
  world: ['clock'],
  parse: ['errors'],
  patterns: ['errors'],
  disk: ['errors', 'clock', 'parse'],
  range: ['errors', 'disk'],
  'target-folder': ['errors', 'disk', 'range'],
  record: ['errors', 'clock', 'disk', 'parse', 'range', 'zip'],
  zip: ['errors', 'disk', 'range', 'target-folder', 'task-pool'],
  terminal: ['errors', 'clock', 'disk', 'world', 'parse'],
  http: ['errors', 'clock'],
  auth: ['errors', 'clock', 'parse', 'http'],
  api: ['errors', 'semaphore', 'clock', 'parse', 'http', 'auth'],
  config: ['errors', 'clock', 'disk', 'parse', 'http', 'auth'],
  'media-selection': ['errors', 'parse', 'api', 'task-pool'],
  download: ['errors', 'semaphore', 'clock', 'disk', 'parse', 'http', 'api', 'range', 'zip'],
  sandbox: ['errors', 'disk', 'api/wire'],
  'compile-cache': ['config', 'disk'],
  interruption: ['errors', 'world'],
  'node-world': ['clock', 'world'],
  launch: ['errors', 'world', 'node-world', 'version', 'terminal', 'compile-cache', 'main'],
  'bug-report': ['errors', 'version', 'world'],
  flags: [
    'errors',
    'world',
    'disk',
    'parse',
    'patterns',
    'api/wire',
    'api/media-types',
    'media-selection',
    'terminal',
    'help',
  ],
  completion: ['errors', 'version', 'disk', 'parse', 'terminal', 'flags'],
  context: ['errors', 'clock', 'world', 'http', 'api', 'config', 'terminal', 'flags'],
  connect: ['errors', 'disk', 'version', 'http', 'auth', 'api', 'config', 'flags', 'context'],
  io: ['world', 'terminal', 'flags'],
  wait: ['errors', 'clock', 'parse', 'api', 'terminal', 'flags', 'context'],
  output: ['errors', 'disk', 'version', 'world', 'parse', 'terminal'],
  fetch: [
    'errors',
    'semaphore',
    'task-pool',
    'clock',
    'disk',
    'version',
    'parse',
    'patterns',
    'http',
    'api',
    'download',
    'range',
    'record',
    'target-folder',
    'zip',
    'terminal',
    'flags',
    'wait',
    'output',
    'context',
  ],
  transcripts: [
    'errors',
    'clock',
    'disk',
    'parse',
    'range',
    'target-folder',
    'zip',
    'task-pool',
    'http',
    'api',
    'media-selection',
    'terminal',
    'flags',
    'wait',
    'output',
    'record',
    'context',
  ],
  picker: [
    'errors',
    'task-pool',
    'version',
    'parse',
    'api',
    'media-selection',
    'terminal',
    'flags',
    'context',
  ],
  commands: [
    'errors',
    'task-pool',
    'disk',
    'world',
    'version',
    'parse',
    'patterns',
    'auth',
    'config',
    'api',
    'media-selection',
    'completion',
    'sandbox',
    'record',
    'terminal',
    'help',
    'flags',
    'wait',
    'output',
    'fetch',
    'transcripts',
    'picker',
    'context',
  ],
  program: ['version', 'flags', 'help', 'commands', 'context'],
  main: [
    'errors',
    'disk',
    'world',
    'flags',
    'help',
    'output',
    'context',
    'connect',
    'io',
    'program',
    'terminal',
    'interruption',
    'bug-report',
  ],
};

/** Subfolders, lowest first: each may import only those before it, and the outer folder may import all. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  commands: ['account', 'create', 'fetch', 'listing', 'sandbox'],
  download: ['response', 'part', 'transfer', 'remote', 'verify'],
  sandbox: ['faults', 'server', 'library', 'dialect', 'packages', 'files', 'state', 'routes'],
  terminal: ['text', 'listing', 'progress', 'prompts'],
  zip: ['read', 'extract'],
};

const MAX_FILES_PER_FOLDER = 20;

/** Words with a standard alternative: response, header, fetch, report, check, pause, lock, match, classify, media item … */
const OTHER_WORDS = new Set(
  'answer answers head heads bring tell say look leave hold held patience claim holder owner agree judge unfit arrivals arriving follower medium knowing'.split(
    ' ',
  ),
);

/** The parts that may import each third-party package. */
const FENCES: Readonly<Record<string, readonly string[]>> = {
  undici: ['http'],
  conf: ['config'],
  '@humanwhocodes/momoa': ['config'],
  ora: ['terminal'],
  '@inquirer/core': ['terminal'],
  '@inquirer/prompts': ['terminal'],
  'cli-table3': ['terminal'],
  'string-width': ['terminal'],
  yazl: ['sandbox'],
  commander: ['flags', 'help', 'completion', 'commands', 'program', 'output', 'main'],
};

interface Import {
  readonly file: string;
  readonly part: string;
  readonly target: string;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'));
const imports = files.flatMap(readImports);
const own = imports.filter(({ target }) => target.startsWith('.') && !target.endsWith('/package.json'));

describe('architecture', () => {
  it('finds the imports to check', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(own.length).toBeGreaterThan(100);
  });

  it('imports point in one direction only', () => {
    const wrong = own.filter(({ file, part, target }) => {
      const imported = path.posix.join(path.posix.dirname(file), target).replace(/\.ts$/, '');
      const allowed = MAY_IMPORT[part] ?? [];
      return partOf(imported) !== part && !allowed.includes(partOf(imported)) && !allowed.includes(imported);
    });
    expect(wrong).toEqual([]);
  });

  it('has no cycle among the allowed directions', () => {
    const visit = (part: string, trail: readonly string[]): void => {
      expect(trail, [...trail, part].join(' → ')).not.toContain(part);
      for (const next of MAY_IMPORT[partOf(part)] ?? []) visit(partOf(next), [...trail, part]);
    };
    for (const part of Object.keys(MAY_IMPORT)) visit(part, []);
  });

  it('has only the listed folders, each with at most 20 files', () => {
    const folders = new Map<string, number>();
    for (const file of files) {
      const folder = path.posix.dirname(file);
      folders.set(folder, (folders.get(folder) ?? 0) + 1);
    }
    const rooms = Object.entries(ROOMS).flatMap(([outer, inner]) => inner.map((name) => `${outer}/${name}`));
    expect([...folders.keys()].filter((folder) => folder.includes('/')).toSorted()).toEqual(rooms.toSorted());
    expect([...folders].filter(([, count]) => count > MAX_FILES_PER_FOLDER)).toEqual([]);
  });

  it('subfolders import only those before them', () => {
    const wrong = own.flatMap(({ file, target }) => {
      const imported = path.posix.join(path.posix.dirname(file), target);
      const [outer, from, to] = [partOf(file), roomOf(file), roomOf(imported)];
      const order = ROOMS[outer];
      if (order === undefined || partOf(imported) !== outer || from === to || from === null) return [];
      return to !== null && order.indexOf(to) < order.indexOf(from) ? [] : [`${file} imports ${imported}`];
    });
    expect(wrong).toEqual([]);
  });

  it('folders have no import cycles', () => {
    const folderOf = (file: string) => (file.includes('/') ? path.posix.dirname(file) : file);
    const importsOf = new Map<string, Set<string>>();
    for (const { file, target } of own) {
      const imported = folderOf(path.posix.join(path.posix.dirname(file), target));
      if (imported === folderOf(file)) continue;
      importsOf.set(folderOf(file), (importsOf.get(folderOf(file)) ?? new Set()).add(imported));
    }
    const done = new Set<string>();
    const visit = (folder: string, trail: readonly string[]): void => {
      expect(trail, [...trail, folder].join(' → ')).not.toContain(folder);
      if (done.has(folder)) return;
      for (const next of importsOf.get(folder) ?? []) visit(next, [...trail, folder]);
      done.add(folder);
    };
    for (const folder of importsOf.keys()) visit(folder, []);
  });

  it('uses standard terms in exported names and file names', () => {
    const declared = /^export (?:abstract |async )*(?:function\*?|const|let|class|interface|type) (\w+)/gm;
    const exported = files.flatMap((file) =>
      [...readFileSync(path.join(SOURCE, file), 'utf8').matchAll(declared)].map(([, name = '']) => name),
    );
    const wrong = [...exported, ...files].filter((name) =>
      wordsOf(name).some((word) => OTHER_WORDS.has(word)),
    );
    expect(wrong).toEqual([]);
  });

  it('commands never import each other', () => {
    const wrong = own.filter(
      ({ file, target }) => /^commands\/[^/]+$/.test(file) && /^\.\/[^/]+$/.test(target),
    );
    expect(wrong).toEqual([]);
  });

  it('lists every part of src', () => {
    expect([...new Set(files.map((file) => partOf(file.replace(/\.ts$/, ''))))].toSorted()).toEqual(
      Object.keys(MAY_IMPORT).toSorted(),
    );
  });

  it('imports third-party packages only where allowed', () => {
    const packages = imports.filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'));
    const wrong = packages.filter(({ part, target }) => !(FENCES[packageOf(target)] ?? []).includes(part));
    expect(wrong).toEqual([]);
  });

  it('only the clock and the sandbox read the time', () => {
    const wrong = files.filter(
      (file) =>
        file !== 'clock.ts' &&
        !file.startsWith('sandbox/') &&
        /new Date\(\)|Date\.now/.test(readFileSync(path.join(SOURCE, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });
});

/** The subfolder of a file, or null. */
function roomOf(file: string): string | null {
  const [, room, name] = file.split('/');
  return name === undefined ? null : (room ?? null);
}

/** Splits a name such as `askForChunk` or `ask-for-chunk.ts` into words. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

function partOf(file: string): string {
  return file.split('/')[0] ?? file;
}

/** For example `undici` for `undici/lib/dispatcher/agent.js`. */
function packageOf(target: string): string {
  return target.split('/', target.startsWith('@') ? 2 : 1).join('/');
}

function readImports(file: string): Import[] {
  const text = readFileSync(path.join(SOURCE, file), 'utf8');
  const pattern = /(?:^|\n)(?:import|export)\s[^;]*?from '([^']+)'|import\('([^']+)'\)/g;
  const part = partOf(file.replace(/\.ts$/, ''));
  return [...text.matchAll(pattern)].map((match) => ({ file, part, target: match[1] ?? match[2] ?? '' }));
}
