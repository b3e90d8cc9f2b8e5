import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Abilities, type Job, type Manner, type Packer, type Recipe, usualRecipes } from './packer.ts';
import { runTool, toolVersion } from './run-tool.ts';

/** A program in programs/: `COMMAND ARCHIVE [stored] [streamed] [zip64]` with the names on standard input. */
interface Program {
  readonly name: string;
  readonly versionCommand: readonly string[];
  /** Takes the folder of the compiled program. */
  readonly command: (built: string) => readonly string[];
  readonly build?: (built: string) => readonly string[];
  readonly abilities?: Abilities;
  /** More words that the program accepts, each a recipe. */
  readonly words?: readonly string[];
}

const source = (file: string) => fileURLToPath(new URL(`programs/${file}`, import.meta.url));
const COMMONS_COMPRESS = '/usr/share/java/commons-compress.jar';

const PROGRAMS: readonly Program[] = [
  {
    name: 'Python zipfile',
    versionCommand: ['python3', '--version'],
    command: () => ['python3', source('pack.py')],
  },
  {
    name: 'java.util.zip',
    versionCommand: ['javac', '-version'],
    build: (built) => ['javac', '-d', built, source('JavaUtilZip.java')],
    command: (built) => ['java', '-cp', built, 'JavaUtilZip'],
    abilities: { streamed: false, zip64: false },
  },
  {
    name: 'commons-compress',
    versionCommand: [
      'sh',
      '-c',
      'command -v javac && ls /usr/share/java | grep -o "^commons-compress-[0-9.]*[0-9]"',
    ],
    build: (built) => ['javac', '-cp', COMMONS_COMPRESS, '-d', built, source('CommonsCompress.java')],
    command: (built) => ['java', '-cp', `${built}:${COMMONS_COMPRESS}`, 'CommonsCompress'],
    words: ['compatible'],
  },
  {
    name: 'Go archive/zip',
    versionCommand: ['go', 'version'],
    build: (built) => ['go', 'build', '-o', `${built}/pack`, source('pack.go')],
    command: (built) => [`${built}/pack`],
    // It always streams.
    abilities: { streamed: false, zip64: false },
  },
  {
    name: 'Perl Archive::Zip',
    versionCommand: ['perl', '-MArchive::Zip', '-e', 'print $Archive::Zip::VERSION'],
    command: () => ['perl', source('archive-zip.pl')],
    abilities: { large: false },
  },
  {
    name: 'Perl IO::Compress',
    versionCommand: ['perl', '-MIO::Compress::Zip', '-e', 'print $IO::Compress::Zip::VERSION'],
    command: () => ['perl', source('io-compress.pl')],
    abilities: { empty: false },
  },
  {
    name: 'rubyzip',
    versionCommand: ['ruby', '-e', 'require "zip"; require "zip/version"; puts Zip::VERSION'],
    command: () => ['ruby', source('pack.rb')],
    abilities: { large: false },
  },
  {
    name: 'PHP ZipArchive (libzip)',
    versionCommand: ['php', '-r', 'echo ZipArchive::LIBZIP_VERSION;'],
    command: () => ['php', source('pack.php')],
    // It deletes an archive without entries.
    abilities: { streamed: false, zip64: false, empty: false },
  },
  {
    name: 'Mono System.IO.Compression',
    versionCommand: ['sh', '-c', 'command -v mcs >/dev/null && mono --version'],
    build: (built) => ['mcs', `-out:${built}/pack.exe`, '-r:System.IO.Compression', source('SystemIo.cs')],
    command: (built) => ['mono', `${built}/pack.exe`],
    abilities: { zip64: false, large: false },
  },
];

export const PROGRAM_PACKERS: readonly Packer[] = PROGRAMS.map(packerOf);

function packerOf({ name, versionCommand, command, build, abilities = {}, words = [] }: Program): Packer {
  let ready: readonly string[] | undefined;
  const run = (job: Job, manner: readonly string[]) => {
    ready ??= command(build === undefined ? '' : compile(build));
    runTool(job, [...ready, job.archive, ...manner], {
      input: job.paths.map((path) => `${path}\n`).join(''),
    });
  };
  return {
    name,
    version: () => toolVersion(versionCommand),
    recipes: [
      ...usualRecipes((job, manner) => run(job, wordsOf(manner)), abilities),
      ...words.map((word): Recipe => ({ name: word, source: 'plain', pack: (job) => run(job, [word]) })),
    ],
  };
}

function wordsOf({ isStored, isStreamed, isZip64 }: Manner): string[] {
  return [isStored && 'stored', isStreamed && 'streamed', isZip64 && 'zip64'].filter(
    (word) => word !== false,
  );
}

/** Compiles into a folder that is deleted when this process exits. */
function compile(build: (built: string) => readonly string[]): string {
  const built = mkdtempSync(join(tmpdir(), 'packer-'));
  process.once('exit', () => rmSync(built, { recursive: true, force: true }));
  const [file = '', ...args] = build(built);
  execFileSync(file, args, { stdio: 'pipe', env: { ...process.env, GOCACHE: join(built, 'cache') } });
  return built;
}
