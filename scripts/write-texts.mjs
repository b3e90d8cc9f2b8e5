// The last step of `npm run build`: writes the program's own documentation to files, for packagers.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../bin/streamdiver-dl.js', import.meta.url));
const DIST = new URL('../dist/', import.meta.url);

/** By the names that the shells look for. */
const TEXTS = {
  'streamdiver-dl.1': ['help', 'man'],
  'completions/streamdiver-dl.bash': ['completion', 'bash'],
  'completions/_streamdiver-dl': ['completion', 'zsh'],
  'completions/streamdiver-dl.fish': ['completion', 'fish'],
  'completions/streamdiver-dl.ps1': ['completion', 'pwsh'],
};

mkdirSync(new URL('completions/', DIST));
for (const [name, words] of Object.entries(TEXTS)) {
  writeFileSync(new URL(name, DIST), execFileSync(process.execPath, [PROGRAM, ...words]));
}
