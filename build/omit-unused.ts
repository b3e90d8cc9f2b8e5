import type { Plugin } from 'rolldown';

/** What packages load at once but this program never uses. */
const UNUSED = [
  // For subcommands that are programs of their own.
  { file: /[/\\]commander[/\\]lib[/\\]command\.js$/, call: "require('node:child_process')" },
  // src/http/transport.ts allows HTTP/1.1 only.
  { file: /[/\\]undici[/\\]lib[/\\]dispatcher[/\\]client\.js$/, call: "require('./client-h2.js')" },
] as const;

/** Leaves out what would only slow the start down: loading these takes Node several milliseconds. */
export function omitUnused(): Plugin {
  return {
    name: 'omit-unused',
    transform: {
      filter: { id: UNUSED.map(({ file }) => file) },
      handler(code, id) {
        const call = UNUSED.find(({ file }) => file.test(id))?.call ?? '';
        if (!code.includes(call))
          this.error(`${id} has no ${call} any more: look whether it is still unused`);
        return code.replace(call, '({})');
      },
    },
    // What is left of imports whose names tree-shaking has removed; Node's modules do nothing by themselves.
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk')
          chunk.code = chunk.code.replaceAll(/(?<=^|[;}])(?:require\("node:[\w/]+"\)(?:,|;|$))+/gm, '');
    },
  };
}
