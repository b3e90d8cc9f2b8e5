import { fileURLToPath } from 'node:url';
import { defineConfig, type InputOptions } from 'rolldown';
import { findEntries } from './build/entries.ts';
import { gather } from './build/gather.ts';
import { keepAddresses } from './build/keep-addresses.ts';
import { markCommonJs } from './build/mark-common-js.ts';
import { notices } from './build/notices.ts';
import { omitUnused } from './build/omit-unused.ts';
import { splitCommands } from './build/split-commands.ts';

const ROOT = fileURLToPath(new URL('./', import.meta.url));

const input: InputOptions = {
  input: findEntries(ROOT),
  platform: 'node',
  resolve: {
    alias: {
      'ajv/dist/2020.js': `${ROOT}build/no-schema.ts`,
      'ajv-formats': `${ROOT}build/no-schema.ts`,
    },
  },
  preserveEntrySignatures: 'allow-extension',
  experimental: { chunkOptimization: false },
  plugins: [splitCommands(), omitUnused(), keepAddresses(ROOT), markCommonJs(), notices()],
  // A module of ours, or of Node, does nothing but define: what is not used need not be loaded.
  treeshake: {
    moduleSideEffects: [
      { external: true, sideEffects: false },
      { test: /^(?!.*node_modules).*[/\\]src[/\\]/, sideEffects: false },
    ],
  },
};

// What is loaded at once, what every command that speaks to the service needs, and what the usual ones have in common.
const groupOf = await gather(input, {
  launch: /[/\\]src[/\\]launch\.ts$/,
  main: /[/\\]src[/\\]main\.ts$/,
  io: /[/\\]src[/\\]io\.ts$/,
  connect: /[/\\]src[/\\]connect\.ts$/,
  undici: /[/\\]src[/\\]http[/\\]undici\.ts$/,
  complete: /[/\\]src[/\\]commands[/\\]complete\.ts$/,
  packages: /[/\\]src[/\\]commands[/\\](?:status|list|fetch)\.ts$/,
});

/** What completion needs of that which `connect` loads: too little to load the rest for it. */
const FOR_COMPLETION = /[/\\]src[/\\](?:config[/\\]folder|parse[/\\]json)\.ts$/;

export default defineConfig({
  ...input,
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'cjs',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    codeSplitting: {
      groups: [
        { name: (id) => (FOR_COMPLETION.test(id) ? 'io' : groupOf(id)), debugName: 'loaded together' },
      ],
      includeDependenciesRecursively: false,
    },
    // What licences demand stands in THIRD-PARTY-NOTICES.txt.
    comments: false,
    entryFileNames: '[name].js',
    // Names without a hash: a stack trace in a report is to be read by people.
    chunkFileNames: '[name].js',
  },
});
