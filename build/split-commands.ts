import { readFile } from 'node:fs/promises';
import type { Plugin } from 'rolldown';

const FLAGS_ONLY = '?flags';

/**
 * Separates `defineX` from `x`, which share a file: src/program.ts imports `defineX` for the flags, and `x` when
 * the command runs. The static import gets a copy of the file, in which tree-shaking keeps only `defineX`. So
 * `--help` does not load the implementations of all commands.
 */
export function splitCommands(): Plugin {
  return {
    name: 'split-commands',
    resolveId: {
      filter: { id: /^\.\/commands\// },
      async handler(source, importer, { kind }) {
        if (kind !== 'import-statement') return null;
        const resolved = await this.resolve(source, importer, { skipSelf: true });
        return resolved && { ...resolved, id: resolved.id + FLAGS_ONLY };
      },
    },
    load: {
      filter: { id: /\?flags$/ },
      async handler(id) {
        return { code: await readFile(id.slice(0, -FLAGS_ONLY.length), 'utf8'), moduleType: 'ts' };
      },
    },
  };
}
