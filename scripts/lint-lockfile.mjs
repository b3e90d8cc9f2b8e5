// Checks that a lock file contains only what is allowed: part of `npm run check`.
//   node scripts/lint-lockfile.mjs [FILE]
// lockfile-lint, the established package, skips packages without a URL, and none of ours has one (.npmrc).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = process.argv[2] ?? fileURLToPath(new URL('../package-lock.json', import.meta.url));

const { lockfileVersion, packages } = JSON.parse(readFileSync(file, 'utf8'));
const offences = Object.entries(packages)
  .filter(([place]) => place !== '')
  .flatMap(([place, entry]) => offencesOf(entry).map((offence) => `${place} ${offence}`));
if (lockfileVersion !== 3) offences.push(`is of version ${lockfileVersion}, not 3`);
for (const offence of offences) console.error(`${file}: ${offence}`);
process.exitCode = offences.length === 0 ? 0 : 1;

function offencesOf({ version, resolved, integrity, link, hasInstallScript }) {
  return [
    link && 'is a link to a folder',
    !/^\d+\.\d+\.\d+/.test(version ?? '') && `has no version of a registry: ${version}`,
    !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '') && 'has no SHA-512 checksum',
    resolved && `names an address: ${resolved}`,
    hasInstallScript && 'has an install script',
  ].filter(Boolean);
}
