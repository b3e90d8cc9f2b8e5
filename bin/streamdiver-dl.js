#!/usr/bin/env node
'use strict';

const { writeSync } = require('node:fs');
const nodeModule = require('node:module');

// Node exits with 0 when the event loop drains. Here, only a finished run is a success.
process.exitCode = 70;

// Before anything else is loaded, so that no error is missed. Also receives unhandled rejections.
process.on('uncaughtException', (error) => {
  void crash(error);
});

// Without a listener, a write beyond `ulimit -f` kills the process. With one, the write fails with EFBIG.
process.on('SIGXFSZ', () => undefined);

keepCompiled();

// Not awaited at the top level: Node would turn a promise that never settles into exit code 13.
void start();

async function start() {
  const { launch, makeNodeWorld } = require('../dist/launch.js');
  process.exitCode = await launch(makeNodeWorld());
}

/** Makes the start a fifth faster. Requires Node 22.1; NODE_DISABLE_COMPILE_CACHE disables it. */
function keepCompiled() {
  if (nodeModule.enableCompileCache === undefined || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  const { compileCacheFolder } = require('../dist/launch.js');
  const folder = compileCacheFolder(process.env, process.platform, process.geteuid?.() ?? null);
  if (folder !== null) nodeModule.enableCompileCache(folder);
}

async function crash(error) {
  try {
    const { makeNodeWorld, reportCrash } = require('../dist/launch.js');
    process.exit(await reportCrash(error, makeNodeWorld()));
  } catch {
    // Our modules cannot be loaded, which also caused the first error.
    process.exit(reportUnloadable(error));
  }
}

/** Reports that the program could not be loaded, without loading a module or opening a file. Returns the exit code. */
function reportUnloadable({ code: reason, message }) {
  const isOutOfFiles = reason === 'EMFILE' || reason === 'ENFILE';
  const error = {
    code: isOutOfFiles ? 'DISK' : 'INTERNAL',
    exitCode: isOutOfFiles ? 9 : 70,
    message: isOutOfFiles
      ? 'the program could not be loaded: too many open files'
      : `the program could not be loaded: ${String(message).split('\n')[0]}`,
    hint: isOutOfFiles
      ? 'allow more of them with `ulimit -n 1024`, then run the same command again'
      : 'install streamdiver-dl again',
    id: null,
    httpStatus: null,
    requestId: null,
    retryable: false,
    next: [],
  };
  try {
    writeSync(2, `error: ${error.message}\nhint: ${error.hint}\n`);
    if (process.argv.includes('--json')) writeSync(1, `${JSON.stringify({ error }, null, 2)}\n`);
  } catch {
    // No stream is left to report this; the exit code must suffice.
  }
  return error.exitCode;
}
