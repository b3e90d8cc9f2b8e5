import type { ExpectedError } from './errors.ts';
import { createSink, isReaderGone } from './terminal/sink.ts';
import { VERSION } from './version.ts';
import type { OutputStream, World } from './world.ts';

// Everything that bin/ needs before it parses the command line. Each further file would slow down every start.
export { compileCacheFolder } from './compile-cache.ts';
export { makeNodeWorld } from './node-world.ts';

/** One invocation; returns the exit code. `--version` alone does not load flags and commands. */
export async function launch(world: World): Promise<number> {
  const { argv } = world;
  const asksForVersion = argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V');
  const failure = asksForVersion ? await printVersion(world.stdout) : null;
  if (asksForVersion && failure === null) return 0;
  const { main, reportFailure } = await import('./main.ts');
  return failure === null ? await main(world) : await reportFailure(failure, world);
}

/** Reports an error that was thrown outside of every handler. The caller ends the process. */
export async function reportCrash(error: unknown, world: World): Promise<number> {
  const { reportCrash: report } = await import('./main.ts');
  return await report(error, world);
}

/** Null on success, and also if the reader exits early. */
async function printVersion(stdout: OutputStream): Promise<ExpectedError | null> {
  const sink = createSink(stdout);
  await sink.write(`${VERSION}\n`);
  const { failure } = sink;
  if (failure === undefined || isReaderGone(failure, stdout)) return null;
  return (await import('./terminal/output-error.ts')).outputError(failure, stdout);
}
