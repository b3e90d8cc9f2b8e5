import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';
import { directBuiltins } from './build/direct-builtins.ts';
import { findEntries } from './build/entries.ts';
import { keepAddresses } from './build/keep-addresses.ts';
import { notices } from './build/notices.ts';
import { omitUnused } from './build/omit-unused.ts';
import { splitCommands } from './build/split-commands.ts';

const ROOT = fileURLToPath(new URL('./', import.meta.url));

export default defineConfig({
  input: findEntries(ROOT),
  platform: 'node',
  plugins: [splitCommands(), omitUnused(), directBuiltins(), keepAddresses(ROOT), notices()],
  // A module of ours, or of Node, does nothing but define: what is not used need not be loaded.
  treeshake: {
    moduleSideEffects: [
      { external: true, sideEffects: false },
      { test: /^(?!.*node_modules).*[/\\]src[/\\]/, sideEffects: false },
    ],
  },
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    // What licences demand stands in THIRD-PARTY-NOTICES.txt.
    comments: false,
    entryFileNames: '[name].js',
    // Names without a hash: a stack trace in a report is to be read by people.
    chunkFileNames: '[name].js',
  },
});
