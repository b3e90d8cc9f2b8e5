import path from 'node:path';
import type { Plugin } from 'rolldown';

/**
 * Makes `new URL('…', import.meta.url)` resolve in the bundle as in the source: to the file under dist/ that would
 * exist without a bundler, at the same distance from assets/ as in src/.
 */
export function keepAddresses(root: string): Plugin {
  const source = path.join(root, 'src');
  const marker = 'import.meta.url';
  return {
    name: 'keep-addresses',
    transform: {
      filter: { id: /[/\\]src[/\\].*\.ts/, code: marker },
      handler(code, id) {
        const file = path.relative(source, id.replace(/\?.*/, '')).replaceAll('\\', '/');
        return code.replaceAll(marker, `new URL('${file.replace(/\.ts$/, '.js')}', __DIST__).href`);
      },
    },
    renderChunk(code, { fileName }) {
      if (!code.includes('__DIST__')) return null;
      const up = '../'.repeat(fileName.split('/').length - 1);
      const own = "require('node:url').pathToFileURL(__filename)";
      return code.replaceAll('__DIST__', `new URL('./${up}', ${own})`);
    },
  };
}
