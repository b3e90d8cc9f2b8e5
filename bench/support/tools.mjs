import { spawnSync } from 'node:child_process';
import { describeNodes } from './program.mjs';

/** The version command of each program, and its Debian package. */
const TOOLS = {
  '7z': { command: ['7z'], package: 'p7zip-full' },
  aria2: { command: ['aria2c', '--version'], package: 'aria2' },
  bsdtar: { command: ['bsdtar', '--version'], package: 'libarchive-tools' },
  curl: { command: ['curl', '--version'], package: 'curl' },
  hyperfine: { command: ['hyperfine', '--version'], package: 'hyperfine' },
  nginx: { command: ['nginx', '-v'], package: 'nginx-light' },
  openssl: { command: ['openssl', 'version'], package: 'openssl' },
  strace: { command: ['strace', '--version'], package: 'strace' },
  unzip: { command: ['unzip', '-v'], package: 'unzip' },
};

/**
 * Versions of Node and of the named tools.
 * @throws Error naming the package of a tool that is missing
 */
export function describeTools(names) {
  return [describeNodes(), ...names.map((name) => `${name} ${versionOf(name)}`)].join(', ');
}

function versionOf(name) {
  const { command, package: debianPackage } = TOOLS[name];
  const [file, ...args] = command;
  const { error, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  if (error) throw new Error(`${name} is not installed (Debian: apt-get install ${debianPackage})`);
  return /\d+\.\d+[\d.]*/.exec(stdout + stderr)?.[0] ?? 'of unknown version';
}
