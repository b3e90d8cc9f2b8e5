import { type ChildProcess, spawn } from 'node:child_process';
import { toolVersion } from '../zip/packers/run-tool.ts';

/** Another program for the same job, with the flags that a careful user would pass. */
export interface ComparedProgram {
  readonly name: string;
  /** Prints its version. */
  readonly versionCommand: readonly string[];
  /** The command for a source (URL or archive) and a target (file or folder). */
  command(source: string, target: string): readonly string[];
}

/** All of them fail on HTTP errors, retry, resume, and write to the given name. */
export const DOWNLOADERS: readonly ComparedProgram[] = [
  {
    name: 'curl',
    versionCommand: ['curl', '--version'],
    command: (url, file) => [
      'curl',
      '--fail',
      '--silent',
      '--show-error',
      '--location',
      '--retry',
      '5',
      '--retry-all-errors',
      '--retry-delay',
      '1',
      '--continue-at',
      '-',
      '--output',
      file,
      url,
    ],
  },
  {
    name: 'wget',
    versionCommand: ['wget', '--version'],
    command: (url, file) => [
      'wget',
      '--quiet',
      '--tries=6',
      '--waitretry=1',
      '--continue',
      '--output-document',
      file,
      url,
    ],
  },
  {
    name: 'aria2',
    versionCommand: ['aria2c', '--version'],
    command: (url, file) => [
      'aria2c',
      '--quiet',
      '--max-tries=6',
      '--retry-wait=1',
      '--continue=true',
      '--auto-file-renaming=false',
      `--out=${file}`,
      url,
    ],
  },
];

export const UNPACKERS: readonly ComparedProgram[] = [
  {
    name: 'unzip',
    versionCommand: ['unzip', '-v'],
    command: (archive, folder) => ['unzip', '-q', '-o', archive, '-d', folder],
  },
  {
    name: '7z',
    versionCommand: ['7z'],
    command: (archive, folder) => ['7z', 'x', '-y', '-bd', `-o${folder}`, archive],
  },
  {
    name: 'bsdtar',
    versionCommand: ['bsdtar', '--version'],
    command: (archive, folder) => ['bsdtar', '-x', '-f', archive, '-C', folder],
  },
];

export interface ComparedRun {
  /** Null if it was killed at the deadline. */
  readonly exitCode: number | null;
  readonly durationMs: number;
}

export const isInstalled = ({ versionCommand }: ComparedProgram): boolean =>
  toolVersion(versionCommand) !== null;

/** Runs a program in `cwd` with nothing but PATH, HOME, and a UTF-8 locale in its environment. */
export async function runCompared(
  command: readonly string[],
  { cwd, deadlineMs }: { readonly cwd: string; readonly deadlineMs: number },
): Promise<ComparedRun> {
  const [file = '', ...args] = command;
  const startedAtMs = performance.now();
  const child = spawn(file, args, {
    cwd,
    // Its own process group, so that killing it at the deadline leaves nothing behind.
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], HOME: cwd, LC_ALL: 'C.UTF-8' },
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    killGroup(child);
  }, deadlineMs);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 128));
    });
    return { exitCode: isLate ? null : exitCode, durationMs: performance.now() - startedAtMs };
  } finally {
    clearTimeout(timer);
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
