#!/usr/bin/env node
'use strict';

const { writeSync } = require('node:fs');
const nodeModule = require('node:module');

// A drained event loop is a success to Node; here success must be earned.
process.exitCode = 70;

// Before anything else is loaded, so that nothing can be thrown aside unseen. Unhandled rejections end up here, too.
process.on('uncaughtException', (error) => {
  void crash(error);
});

// Unheard, it would end the process at a write beyond `ulimit -f`; heard, the write fails with EFBIG.
process.on('SIGXFSZ', () => undefined);

keepCompiled();

// Not awaited at the top level: Node would turn a promise that never settles into exit code 13.
void start();

async function start() {
  const { launch, makeNodeWorld } = require('../dist/launch.js');
  process.exitCode = await launch(makeNodeWorld());
}

/** Saves a fifth of the start. Node before 22.1 cannot; NODE_DISABLE_COMPILE_CACHE switches it off. */
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
    // Our own modules cannot be loaded, which is what has thrown the first error, too.
    process.exit(reportUnloadable(error));
  }
}

/** Reports, without a module and without opening a file, that the program could not be loaded; returns the exit code. */
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
    // Nobody listens; the exit code has to do.
  }
  return error.exitCode;
}
