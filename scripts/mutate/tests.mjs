import { fork } from 'node:child_process';
import { once } from 'node:events';

const SERVER = new URL('test-server.mjs', import.meta.url).pathname;

/** Runs tests of the tree in `cwd`. A result that comes too late is null, and all running processes are killed. */
export async function startTests(cwd) {
  let child;
  const start = async () => {
    // In its own process group, so that its workers can be killed with it.
    child = fork(SERVER, { cwd, detached: true, stdio: 'ignore' });
    await once(child, 'message');
  };
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  await start();
  return {
    stop,
    async ask(question, timeoutMs) {
      const asked = child;
      const ending = new AbortController();
      const timer = setTimeout(() => ending.abort(), timeoutMs);
      const abandon = () => ending.abort();
      asked.once('exit', abandon);
      asked.send(question);
      try {
        const [{ answer }] = await once(asked, 'message', { signal: ending.signal });
        return answer;
      } catch (error) {
        if (error.name !== 'AbortError') throw error;
        stop();
        await start();
        return null;
      } finally {
        clearTimeout(timer);
        asked.off('exit', abandon);
      }
    },
  };
}
