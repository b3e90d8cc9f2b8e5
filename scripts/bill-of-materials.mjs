// Creates the bill of materials (CycloneDX) of the published package: npm's own, which lists all bundled packages as
// development dependencies, reduced to the packages whose licenses are in the bundle.
//   node scripts/bill-of-materials.mjs [NOTICES]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const notices = readFileSync(
  process.argv[2] ?? new URL('../dist/THIRD-PARTY-NOTICES.txt', import.meta.url),
  'utf8',
);
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const bundled = new Set(
  [...notices.matchAll(/^(\S+) (\d+\.\d+\.\d+\S*) \(.+\)\n-+$/gm)].map(
    ([, name, version]) => `${name}@${version}`,
  ),
);

const { metadata, components, dependencies, ...rest } = readBill();
const known = new Map(components.map((component) => [`${component.name}@${component.version}`, component]));
const missing = [...bundled].filter((id) => !known.has(id));
if (bundled.size === 0 || missing.length > 0)
  throw new Error(`not in the lock file: ${missing.join(', ') || 'there are no notices'}`);
// npm uses the folder as the project name.
metadata.component.name = manifest.name;
const root = metadata.component['bom-ref'];
console.log(
  JSON.stringify(
    {
      ...rest,
      metadata,
      components: [...bundled].map((id) => ({ ...known.get(id), scope: 'required', properties: [] })),
      dependencies: dependencies
        .filter(({ ref }) => ref === root || bundled.has(ref))
        .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((id) => bundled.has(id)) })),
    },
    null,
    2,
  ),
);

/** On Windows, npm is a script that only a shell can run. */
function readBill() {
  const flags = ['--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const output = execFileSync('npm', ['sbom', ...flags], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    shell: process.platform === 'win32',
  });
  return JSON.parse(output);
}
