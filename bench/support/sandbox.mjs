import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cleanEnv, NODES, program } from './program.mjs';

/** Starts the program's own sandbox. Resolves with the environment variables for it, and `stop()`. */
export async function startSandbox(folder, flags = []) {
  const [node] = NODES;
  const [file, ...args] = program(node, ['sandbox', '-q', '--prepare', '0s', ...flags]);
  const child = spawn(file, args, { env: cleanEnv(folder), stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url, token } = JSON.parse(line);
  return {
    env: cleanEnv(folder, { STREAMDIVER_API_URL: url, STREAMDIVER_TOKEN: token }),
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** Creates a package in the sandbox and returns its ID. */
export function createPackage(env) {
  return ask(env, ['create', '-m', firstMediaId(env), '--quiet']);
}

export function firstMediaId(env) {
  return ask(env, ['media', 'list', '--quiet', '--limit', '1', '--format', 'id']);
}

function ask(env, words) {
  const [file, ...args] = program(NODES[0], words);
  return execFileSync(file, args, { encoding: 'utf8', env }).trim();
}
