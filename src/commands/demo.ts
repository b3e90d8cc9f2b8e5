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
    .summary('see the whole job done, no account needed')
    .description(
      'Starts a sandbox and does the whole job against it: finds media, creates a package, waits, downloads, verifies, unpacks, lists and deletes. Shows every command it runs.',
    )
    .action((_flags: unknown, self: Command) => action(self));
}

/** Every step is a command line that a user could type, run by the program itself. */
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
        throw new ExpectedError('FAILED', `the demo stopped at: ${words.join(' ')}`, { exitCode });
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
    io.info('A demo against a sandbox on this machine; nothing leaves it.');
    await show('What is in the media library?', 'media', 'list', '--limit', '5');
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
    await show('What can be taken of one of them?', 'media', 'show', mediumId);
    const exampleSelection = ['-m', mediumId, '--transcripts', 'srt,txt', '--title', 'My first package'];
    const packageId = await show(
      'The video and its transcripts in one go: create, wait, download, verify, unpack.',
      'create',
      ...exampleSelection,
      '--fetch',
      '-x',
      '--keep-archive',
      '-D',
      folder,
    );
    await show('The service keeps packages until they expire …', 'list');
    await show('… or until they are deleted.', 'rm', '--yes', packageId);
    await own.keep();
    io.info('');
    io.info(`Done. The files are in ${folder}`);
    io.info(`With your own account: ${PROGRAM} login, then try ${PROGRAM} media list`);
  } finally {
    await server.close();
  }
}

/** Passes everything on to `target`, if any, and remembers it. */
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
