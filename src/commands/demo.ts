import { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { LocalContext } from '../context.ts';
import { makeTemporaryFolder } from '../disk/temporary-folder.ts';
import { ExpectedError } from '../errors.ts';
import { commandLine } from '../terminal/text/shell-quote.ts';
import { PROGRAM } from '../version.ts';
import type { OutputStream } from '../world.ts';
import { sandboxEnvironment } from './sandbox/sandbox-environment.ts';

const PREPARE_MS = 3_000;

export function defineDemo(parent: Command, action: (command: Command) => Promise<void>): void {
  parent
    .command('demo')
    .summary('Run the full workflow against a local sandbox')
    .description(
      'Run the full workflow against a local sandbox, without an account: list media, then create, download, verify, unpack, and delete a package. Prints every command that it runs.',
    )
    .action((_flags: unknown, self: Command) => action(self));
}

/** Runs each step as a command line that a user could type. */
export async function demo({
  io,
  invoke,
  world,
  signal,
}: Pick<LocalContext, 'io' | 'invoke' | 'world' | 'signal'>): Promise<void> {
  const { startSandbox } = await import('../sandbox/start.ts');
  const server = await startSandbox({ port: 0, prepareMs: PREPARE_MS, faults: [], owner: world });
  try {
    const own = await makeTemporaryFolder(world.temporaryFolder, `${PROGRAM}-demo-`, world);
    const folder = own.path;
    const env = sandboxEnvironment(server, world.env);
    const invokeOrStop = async (words: readonly string[], stdout: OutputStream) => {
      signal.throwIfAborted();
      const exitCode = await invoke(words, { env, stdout });
      if (exitCode !== 0)
        throw new ExpectedError('FAILED', `the demo failed at: ${words.join(' ')}`, { exitCode });
    };
    const firstLineOf = async (...words: string[]) => {
      const copy = copyOf(null);
      await invokeOrStop(words, copy.stream);
      return copy.firstLine();
    };
    const show = async (why: string, ...words: string[]) => {
      io.info('');
      io.info(why);
      io.info(`$ ${commandLine([PROGRAM, ...words], world.platform)}`);
      await io.flush();
      const copy = copyOf(world.stdout);
      await invokeOrStop(words, copy.stream);
      return copy.firstLine();
    };
    io.info('Running against a local sandbox. Nothing leaves this machine.');
    await show('List the media library:', 'media', 'list', '--limit', '5');
    const mediumId = await firstLineOf(
      'media',
      'list',
      '--type',
      'video',
      '--limit',
      '1',
      '--format',
      'id',
      '-q',
    );
    await show('Show the renditions and transcripts of a media item:', 'media', 'show', mediumId);
    const exampleSelection = ['-m', mediumId, '--transcripts', 'srt,txt', '--title', 'My first package'];
    const packageId = await show(
      'Create a package of the video and its transcripts, then wait, download, verify, and unpack:',
      'create',
      ...exampleSelection,
      '--fetch',
      '-x',
      '--keep-archive',
      '-D',
      folder,
    );
    await show('The service keeps a package until it expires:', 'list');
    await show('Delete the package:', 'rm', '--yes', packageId);
    await own.keep();
    io.info('');
    io.info(`Done. Files: ${folder}`);
    io.info(`To use your account, run '${PROGRAM} login', then '${PROGRAM} media list'.`);
  } finally {
    await server.close();
  }
}

/** Forwards everything to `target`, if any, and keeps a copy. */
function copyOf(target: OutputStream | null): { stream: OutputStream; firstLine: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('utf8');
      if (target === null) done();
      else target.write(chunk, done);
    },
  });
  const { isTTY = false, columns } = target ?? {};
  return {
    stream: Object.assign(stream, { isTTY, ...(columns === undefined ? {} : { columns }) }),
    firstLine: () => text.split('\n')[0]?.trim() ?? '',
  };
}
