import type { Job, Manner, Packer } from './packer.ts';
import { usualRecipes } from './packer.ts';
import { runTool, toolVersion } from './run-tool.ts';

function infoZip(job: Job, flags: readonly string[], locale = 'C.UTF-8'): void {
  runTool(job, ['zip', '-q', '-1', ...flags, job.archive, ...job.paths], { locale });
}

export const INFO_ZIP: Packer = {
  name: 'Info-ZIP zip',
  version: () => toolVersion(['sh', '-c', 'zip --version | grep "This is Zip"']),
  recipes: [
    ...usualRecipes(
      (job, { isStored, isStreamed, isZip64 }) => {
        const flags = [...(isStored ? ['-0'] : []), ...(isZip64 ? ['-fz'] : [])];
        if (isStreamed) {
          runTool(job, ['zip', '-q', '-1', ...flags, '-', ...job.paths], { isPiped: true });
        } else infoZip(job, flags);
      },
      { empty: false },
    ),
    { name: 'data descriptors in a file', source: 'plain', pack: (job) => infoZip(job, ['-fd']) },
    { name: 'Unicode names in the C locale', source: 'unicode', pack: (job) => infoZip(job, [], 'C') },
    {
      name: 'no entries',
      source: 'none',
      // The only way is to add an entry and delete it again.
      pack: (job) =>
        runTool(job, [
          'sh',
          '-c',
          'echo > x; zip -q "$1" x; zip -qd "$1" x || :; rm x; test -e "$1"',
          'sh',
          job.archive,
        ]),
    },
    {
      name: 'from standard input',
      source: 'one',
      pack: (job) => runTool(job, ['zip', '-q', job.archive, '-'], { input: { file: '-' } }),
    },
    {
      name: 'from standard input to a pipe',
      source: 'one',
      pack: (job) => runTool(job, ['sh', '-c', 'cat ./- | zip -q - -'], { isPiped: true }),
    },
  ],
};

function sevenZip(command: string): Packer {
  const pack = (job: Job, { isStored }: Pick<Manner, 'isStored'>) =>
    runTool(job, [command, 'a', '-tzip', isStored ? '-mx=0' : '-mx=1', job.archive, '--', ...topOf(job)]);
  return {
    name: command,
    version: () => toolVersion([command]),
    recipes: [
      ...usualRecipes(pack, { streamed: false, zip64: false, empty: false }),
      {
        name: 'from standard input',
        source: 'one',
        pack: (job) => runTool(job, [command, 'a', '-tzip', '-si-', job.archive], { input: { file: '-' } }),
      },
    ],
  };
}

/** For programs that pack folders recursively: the top-level names if folders are listed, else each file. */
function topOf({ paths }: Job): readonly string[] {
  if (!paths.some((path) => path.endsWith('/'))) return paths;
  return [...new Set(paths.map((path) => path.replace(/\/.*/, '')))];
}

export const SEVEN_ZIP = sevenZip('7z');
export const SEVEN_ZZ = sevenZip('7zz');

function bsdtar(
  job: Job,
  { isStored, isStreamed }: Pick<Manner, 'isStored' | 'isStreamed'>,
  paths = job.paths,
): void {
  const method = `zip:compression=${isStored ? 'store' : 'deflate'}`;
  // Without `-n`, the content of a folder is packed a second time.
  runTool(
    job,
    [
      'bsdtar',
      '--format',
      'zip',
      '--options',
      method,
      '-n',
      '-cf',
      isStreamed ? '-' : job.archive,
      '-T',
      '-',
    ],
    {
      input: paths.map((path) => `${path}\n`).join(''),
      isPiped: isStreamed,
    },
  );
}

export const BSDTAR: Packer = {
  name: 'bsdtar (libarchive)',
  version: () => toolVersion(['bsdtar', '--version']),
  recipes: [
    ...usualRecipes(bsdtar, { zip64: false }),
    {
      name: 'all of the folder',
      source: 'plain',
      pack: (job) => runTool(job, ['bsdtar', '--format', 'zip', '-cf', job.archive, '.']),
    },
    {
      name: 'all of the folder, to a pipe',
      source: 'plain',
      pack: (job) => runTool(job, ['bsdtar', '--format', 'zip', '-cf', '-', '.'], { isPiped: true }),
    },
  ],
};

export const JAR: Packer = {
  name: 'jar',
  version: () => toolVersion(['jar', '--version']),
  recipes: usualRecipes(
    (job, { isStored }) => runTool(job, ['jar', isStored ? '-c0Mf' : '-cMf', job.archive, ...topOf(job)]),
    { streamed: false, zip64: false, empty: false },
  ),
};

export const MINIZIP: Packer = {
  name: 'minizip',
  version: () => toolVersion(['minizip']),
  recipes: usualRecipes(
    (job, { isStored }) =>
      runTool(job, [
        'minizip',
        isStored ? '-0' : '-1',
        job.archive,
        ...job.paths.filter((path) => !path.endsWith('/')),
      ]),
    { streamed: false, zip64: false, empty: false },
  ),
};

/** Programs from Debian and other systems. */
export const TOOL_PACKERS: readonly Packer[] = [INFO_ZIP, SEVEN_ZIP, SEVEN_ZZ, BSDTAR, JAR, MINIZIP];
