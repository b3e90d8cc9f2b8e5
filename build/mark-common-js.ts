import type { Plugin } from 'rolldown';

/** Says beside the program that its files are CommonJS, which package.json says of none else. */
export function markCommonJs(): Plugin {
  return {
    name: 'mark-common-js',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
    },
  };
}
