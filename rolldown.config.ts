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
  // Our modules and Node's have no side effects, so unused ones are not loaded.
  treeshake: {
    moduleSideEffects: [
      { external: true, sideEffects: false },
      { test: /^(?!.*node_modules).*[/\\]src[/\\]/, sideEffects: false },
    ],
  },
};

// What loads on start, what every command that calls the service needs, and what the common commands share.
const groupOf = await gather(input, {
  launch: /[/\\]src[/\\]launch\.ts$/,
  main: /[/\\]src[/\\]main\.ts$/,
  io: /[/\\]src[/\\]io\.ts$/,
  connect: /[/\\]src[/\\]connect\.ts$/,
  undici: /[/\\]src[/\\]http[/\\]undici\.ts$/,
  complete: /[/\\]src[/\\]commands[/\\]complete\.ts$/,
  packages: /[/\\]src[/\\]commands[/\\](?:status|list|fetch)\.ts$/,
});

/** The few modules of `connect` that completion needs; it should not load the others. */
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
    // The notices that licenses require are in THIRD-PARTY-NOTICES.txt.
    comments: false,
    entryFileNames: '[name].js',
    // Without hashes, so that people can read stack traces.
    chunkFileNames: '[name].js',
  },
});
