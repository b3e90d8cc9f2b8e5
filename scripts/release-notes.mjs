// Prints the notes of a release: the section of its version in CHANGELOG.md.
//   node scripts/release-notes.mjs vX.Y.Z [FOLDER]
// Fails unless tag, package.json, and CHANGELOG.md agree. On GitHub, package.json must also name the repository
// that it runs in, because npm compares it with the provenance.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [tag = '', folder = fileURLToPath(new URL('../', import.meta.url))] = process.argv.slice(2);
const { version, repository } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
const problem = problemOfTag() ?? problemOfRepository();
const notes = problem === null ? notesOf(readFileSync(path.join(folder, 'CHANGELOG.md'), 'utf8')) : null;
if (notes) console.log(notes);
else {
  console.error(problem ?? `CHANGELOG.md has no section "## ${version} - YYYY-MM-DD" with anything in it`);
  process.exitCode = 1;
}

function problemOfTag() {
  if (!/^v\d+\.\d+\.\d+$/.test(tag)) return `the tag ${JSON.stringify(tag)} is not vX.Y.Z`;
  return tag === `v${version}` ? null : `the tag is ${tag}, but package.json says ${version}`;
}

function problemOfRepository() {
  const { GITHUB_REPOSITORY: name } = process.env;
  if (!name) return null;
  const url = typeof repository === 'string' ? repository : (repository?.url ?? '');
  const isOurs = url.replace(/\.git$/, '').endsWith(`github.com/${name}`);
  return isOurs ? null : `"repository" in package.json must be git+https://github.com/${name}.git`;
}

/** The text below the heading of the version, up to the next heading of that level; null if missing. */
function notesOf(changelog) {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find(
    (one) => /^\[?(\d+\.\d+\.\d+)\]? - \d{4}-\d\d-\d\d\s*\n/.exec(one)?.[1] === version,
  );
  return section === undefined ? null : section.slice(section.indexOf('\n') + 1).trim();
}
