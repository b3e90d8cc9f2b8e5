import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'rolldown';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** Writes the licenses of all bundled packages to THIRD-PARTY-NOTICES.txt. */
export function notices(): Plugin {
  return {
    name: 'notices',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) =>
        chunk.type === 'chunk' ? chunk.moduleIds : [],
      );
      const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== null));
      const texts = [...folders].map(noticeOf).toSorted();
      this.emitFile({
        type: 'asset',
        fileName: 'THIRD-PARTY-NOTICES.txt',
        source: `streamdiver-dl contains parts of these packages.\n\n${texts.join('\n')}`,
      });
    },
  };
}

function packageFolder(file: string): string | null {
  return /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(file)?.[0] ?? null;
}

/** License texts that are always the same, for packages that name a license without including it. */
const COMMON_TEXTS = path.join(import.meta.dirname, 'licenses');

/** @throws Error if a package has no license */
function noticeOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  const own = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  const file =
    own === undefined ? path.join(COMMON_TEXTS, `${manifest.license}.txt`) : path.join(folder, own);
  const text = readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim();
  const title = `${manifest.name} ${manifest.version} (${manifest.license})`;
  return `${title}\n${'-'.repeat(title.length)}\n${text}\n`;
}
