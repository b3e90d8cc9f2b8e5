import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { spread, targetLine } from './support/comparison.mjs';
import { packPublished, packUnbundled } from './support/layouts.mjs';
import { measure } from './support/measure.mjs';
import { cleanEnv, NODES, rowName } from './support/program.mjs';
import { alternate, median, ratios } from './support/rounds.mjs';

export const title =
  'Install: the first npx on a machine, against the same program with its packages as dependencies';

const AT_MOST = 0.25;
/** The settings for npm's access to the registry; all others keep their defaults. */
const CONNECTION = /^(?:npm_config_(?:registry|cafile)|(?:https?|no)_proxy)$/i;

export async function run({ folder }) {
  const archives = { published: packPublished(folder), unbundled: packUnbundled(folder) };
  const lines = [];
  for (const node of NODES) lines.push(...(await measureNode(node, archives, folder)));
  return lines;
}

async function measureNode(node, archives, folder) {
  const names = Object.keys(archives).map((layout) => [layout, rowName(node, layout)]);
  const contenders = Object.fromEntries(
    names.map(([layout, name]) => [name, () => firstRun(node, archives[layout], folder)]),
  );
  const results = await alternate(contenders, { warmUp: 0 });
  const [published, unbundled] = names.map(([, name]) => name);
  const ratio = median(ratios(results, published, unbundled, 'seconds'));
  return [
    '| what | archive KB | packages | wall s | × unbundled |',
    '|---|---|---|---|---|',
    ...names.map(([layout, name]) => {
      const runs = results[name];
      const cells = [
        (statSync(archives[layout]).size / 1000).toFixed(0),
        runs[0].packages,
        spread(runs.map(({ seconds }) => seconds)),
        spread(ratios(results, name, unbundled, 'seconds')),
      ];
      return `| ${[name, ...cells].join(' | ')} |`;
    }),
    '',
    targetLine(`${published} ≤ ${AT_MOST} × unbundled`, ratio.toFixed(2), ratio <= AT_MOST),
    '',
  ];
}

/** Runs `npx ARCHIVE --version` with empty caches, with the npm that runs this. */
async function firstRun(node, archive, folder) {
  const home = mkdtempSync(path.join(folder, 'home-'));
  const connection = Object.entries(process.env).filter(([name]) => CONNECTION.test(name));
  const env = cleanEnv(home, {
    ...Object.fromEntries(connection),
    PATH: `${path.dirname(node.path)}${path.delimiter}${process.env.PATH}`,
    npm_config_cache: path.join(home, 'cache'),
    npm_config_update_notifier: 'false',
  });
  const npm = [node.path, process.env.npm_execpath, 'exec', '--yes', '--package', archive, '--'];
  const { seconds } = await measure([...npm, 'streamdiver-dl', '--version'], { folder: home, env });
  const packages = installedPackages(path.join(home, 'cache', '_npx'));
  rmSync(home, { recursive: true });
  return { seconds, packages };
}

function installedPackages(npxFolder) {
  const [place = ''] = readdirSync(npxFolder);
  const lock = JSON.parse(
    readFileSync(path.join(npxFolder, place, 'node_modules/.package-lock.json'), 'utf8'),
  );
  return Object.keys(lock.packages).length;
}
