import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

/** What each part may import; a file at the top of src/ is a part of its own. docs/architecture.md draws it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  clock: [],
  version: [],
  help: ['version'],
  world: ['clock'],
  values: ['errors'],
  disk: ['errors', 'clock', 'values'],
  range: ['errors', 'disk'],
  zip: ['errors', 'disk', 'range'],
  terminal: ['errors', 'clock', 'disk', 'world', 'values'],
  http: ['errors', 'clock'],
  auth: ['errors', 'clock', 'values', 'http'],
  api: ['errors', 'clock', 'values', 'http', 'auth'],
  config: ['errors', 'clock', 'disk', 'values', 'http', 'auth'],
  selection: ['errors', 'values', 'api'],
  wait: ['errors', 'clock', 'values', 'api'],
  download: ['errors', 'clock', 'disk', 'values', 'http', 'api', 'range', 'zip'],
  sandbox: ['errors', 'disk', 'api/wire'],
  'compile-cache': ['config', 'disk'],
  interruption: ['errors', 'world'],
  launch: ['errors', 'clock', 'world', 'version', 'terminal', 'compile-cache', 'main'],
  'bug-report': ['errors', 'version', 'world'],
  flags: ['errors', 'values', 'api/wire', 'selection', 'terminal'],
  completion: ['errors', 'version', 'disk', 'values', 'terminal', 'flags'],
  context: ['errors', 'clock', 'world', 'http', 'api', 'config', 'terminal', 'flags'],
  connect: ['errors', 'disk', 'version', 'http', 'auth', 'api', 'config', 'flags', 'context'],
  io: ['world', 'terminal', 'flags'],
  cli: [
    'errors',
    'disk',
    'world',
    'version',
    'values',
    'http',
    'auth',
    'api',
    'selection',
    'config',
    'wait',
    'sandbox',
    'terminal',
    'flags',
    'context',
  ],
  fetch: [
    'errors',
    'clock',
    'disk',
    'version',
    'values',
    'http',
    'api',
    'download',
    'range',
    'zip',
    'terminal',
    'flags',
    'cli',
    'context',
  ],
  picker: ['errors', 'version', 'values', 'api', 'selection', 'terminal', 'flags', 'cli', 'context'],
  commands: [
    'errors',
    'disk',
    'world',
    'version',
    'values',
    'auth',
    'config',
    'api',
    'selection',
    'completion',
    'sandbox',
    'terminal',
    'help',
    'flags',
    'cli',
    'fetch',
    'picker',
    'context',
  ],
  program: ['version', 'flags', 'help', 'commands', 'context'],
  main: [
    'errors',
    'disk',
    'world',
    'flags',
    'cli',
    'context',
    'connect',
    'io',
    'program',
    'terminal',
    'interruption',
    'bug-report',
  ],
};

/** Each third-party package is fenced into the parts that need it. */
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
  commander: ['flags', 'help', 'completion', 'commands', 'program', 'main'],
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

describe('the folder list is the architecture', () => {
  it('finds the imports it judges', () => {
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

  it('commands never import each other', () => {
    const wrong = own.filter(({ part, target }) => part === 'commands' && target.startsWith('./'));
    expect(wrong).toEqual([]);
  });

  it('every part of src is listed here', () => {
    expect([...new Set(files.map((file) => partOf(file.replace(/\.ts$/, ''))))].toSorted()).toEqual(
      Object.keys(MAY_IMPORT).toSorted(),
    );
  });

  it('third-party packages stay behind their fences', () => {
    const packages = imports.filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'));
    const wrong = packages.filter(({ part, target }) => !(FENCES[packageOf(target)] ?? []).includes(part));
    expect(wrong).toEqual([]);
  });

  it('nothing but the clock and the sandbox reads the time', () => {
    const wrong = files.filter(
      (file) =>
        file !== 'clock.ts' &&
        !file.startsWith('sandbox/') &&
        /new Date\(\)|Date\.now/.test(readFileSync(path.join(SOURCE, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });
});

function partOf(file: string): string {
  return file.split('/')[0] ?? file;
}

/** `undici/lib/dispatcher/agent.js` is a file of `undici`. */
function packageOf(target: string): string {
  return target.split('/', target.startsWith('@') ? 2 : 1).join('/');
}

function readImports(file: string): Import[] {
  const text = readFileSync(path.join(SOURCE, file), 'utf8');
  const pattern = /(?:^|\n)(?:import|export)\s[^;]*?from '([^']+)'|import\('([^']+)'\)/g;
  const part = partOf(file.replace(/\.ts$/, ''));
  return [...text.matchAll(pattern)].map((match) => ({ file, part, target: match[1] ?? match[2] ?? '' }));
}
