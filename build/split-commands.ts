import { readFile } from 'node:fs/promises';
import type { Plugin } from 'rolldown';

const FLAGS_ONLY = '?flags';

/**
 * Parts `defineX` from `x`, which live in one file: src/program.ts imports the first to know the flags and the
 * second when the command runs. The static import gets a copy of the file, of which tree-shaking leaves only
 * `defineX`, so that `--help` does not load what all commands need for their work.
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
