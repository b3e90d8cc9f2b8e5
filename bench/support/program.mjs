import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/streamdiver-dl.js', import.meta.url));

/**
 * The Node binaries to measure with. `BENCH_NODE` lists paths, or versions of the npm package `node`, such as
 * `20,22,26`. The default is the running binary.
 */
export const NODES = (process.env.BENCH_NODE || process.execPath).split(',').map(findNode);

function findNode(pathOrVersion) {
  const expression = 'JSON.stringify([process.execPath, process.versions.node])';
  const isVersion = /^[\d.]+$/.test(pathOrVersion);
  const [file, ...args] = isVersion
    ? // An install script downloads the binary; .npmrc disables it here.
      ['npx', '--yes', '--ignore-scripts=false', '-p', `node@${pathOrVersion}`, 'node']
    : [pathOrVersion];
  const output = execFileSync(file, [...args, '-p', expression], { encoding: 'utf8', cwd: os.tmpdir() });
  const [path, version] = JSON.parse(output);
  return { path, version, major: Number(version.split('.')[0]), name: `Node ${version}` };
}

export function describeNodes() {
  return NODES.map(({ name }) => name).join(', ');
}

/** An environment without inherited variables: those with certificates alone change start-up times. */
export function cleanEnv(home, more = {}) {
  return { PATH: process.env.PATH, HOME: home, ...more };
}

/** The label of a table row. */
export function rowName(node, ...more) {
  return ['streamdiver-dl', node.name, ...more].join(', ');
}

/** The command line of the built program under one of the Node binaries. */
export function program(node, args) {
  return [node.path, PROGRAM, ...args];
}
