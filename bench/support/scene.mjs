import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeArchive } from './archive.mjs';
import { measure } from './measure.mjs';
import { startNginx } from './nginx.mjs';
import { cleanEnv, program } from './program.mjs';

const MIB = 1_048_576;

/** The media sizes of the archives. `BENCH_MIB` overrides them with one or more numbers, for a quick run. */
export function mediumSizesMiB(...defaults) {
  return process.env.BENCH_MIB ? process.env.BENCH_MIB.split(',').map(Number) : defaults;
}

/** Sets up a scene, passes it to `use`, and resolves with the result. */
export async function withScene(folder, options, use) {
  const scene = await setScene(folder, options);
  try {
    return await use(scene);
  } finally {
    await scene.close();
  }
}

/**
 * A package with one archive behind nginx, and functions to measure with it. `write` creates the archive, by
 * default one with a medium of `mediumMiB`. `mimeType` is the type of the file in the API: only archives are
 * verified; for other files, only the size is checked.
 */
async function setScene(
  folder,
  {
    mediumMiB,
    write = (file) => writeArchive(file, mediumMiB * MIB),
    mimeType = 'application/zip',
    ...serverOptions
  },
) {
  const www = path.join(folder, 'www', 'v2', 'downloads');
  mkdirSync(path.join(www, 'file'), { recursive: true });
  const archive = path.join(www, 'file', 'package');
  await write(archive);
  const sizeBytes = statSync(archive).size;
  const server = await startNginx(folder, { mimeType, ...serverOptions });
  const url = `${server.url}/v2/downloads/file/package`;
  writeFileSync(
    path.join(www, 'bench'),
    JSON.stringify({
      status: 'success',
      data: { id: 'bench', status: 'ready', files: [{ url, size: sizeBytes, mimeType }] },
    }),
  );
  const target = path.join(folder, 'target');
  const env = cleanEnv(folder, { STREAMDIVER_API_URL: `${server.url}/v2`, STREAMDIVER_TOKEN: 'bench' });
  return {
    url,
    archive,
    target,
    sizeBytes,
    curl: (flags = []) => measure(['curl', '-sf', ...flags, '-o', target, url], { folder }),
    run: (command) => measure(command, { folder }),
    fetch: (node, flags = []) =>
      measure(program(node, ['fetch', 'bench', '-o', target, ...flags]), { folder, env }),
    /** Runs any command of the program. */
    runProgram: (node, args) => measure(program(node, args), { folder, env }),
    takeTraffic: () => server.takeTraffic(),
    removeTarget: () => rmSync(target, { recursive: true, force: true }),
    async close() {
      await server.stop();
      rmSync(path.join(folder, 'www'), { recursive: true });
      rmSync(target, { recursive: true, force: true });
    },
  };
}
