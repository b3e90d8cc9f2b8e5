import type { Plugin } from 'rolldown';

/** Marks the files of the program as CommonJS, because package.json applies to all others. */
export function markCommonJs(): Plugin {
  return {
    name: 'mark-common-js',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
    },
  };
}
