import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export interface TerminalBuild {
  /** All of src/terminal compiled to JavaScript, for `scenarios.mjs`. */
  readonly folder: string;
  remove(): void;
}

/** Compiles only the terminal layer, because processes in a pseudo-terminal need JavaScript. */
export function buildTerminal(): TerminalBuild {
  const folder = mkdtempSync(join(tmpdir(), 'streamdiver-dl-terminal-'));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const config = {
    extends: join(REPOSITORY, 'tsconfig.json'),
    compilerOptions: { noEmit: false, outDir: '.', rootDir: join(REPOSITORY, 'src') },
    include: [],
    files: [join(REPOSITORY, 'src/terminal/create-terminal.ts'), join(REPOSITORY, 'src/clock.ts')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', folder], { stdio: 'pipe' });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
