import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { OPENAPI_PATH } from '../support/api/openapi.ts';

const PRISM = fileURLToPath(new URL('../../node_modules/.bin/prism', import.meta.url));
const START_TIMEOUT_MS = 30_000;

export interface Prism {
  /** The URL of the API and of the token endpoint; Prism distinguishes only paths. */
  readonly apiUrl: string;
  close(): Promise<void>;
}

/**
 * Starts an independent mock server for docs/openapi.yaml. It responds with an error to requests that do not
 * match the description.
 */
export async function startPrism(): Promise<Prism> {
  const port = await findFreePort();
  const child = spawn(
    process.execPath,
    [PRISM, 'mock', '--errors', '--host', '127.0.0.1', '--port', String(port), OPENAPI_PATH],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } },
  );
  const exited = once(child, 'exit');
  let output = '';
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(`Prism ${reason}:\n${output}`));
      const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT_MS);
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        if (!output.includes('Prism is listening')) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', reject);
      child.once('exit', () => {
        clearTimeout(timer);
        fail('ended at once');
      });
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    apiUrl: `http://127.0.0.1:${port}`,
    async close() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Prism needs a port number. If another process takes the port before Prism starts, the start fails. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
