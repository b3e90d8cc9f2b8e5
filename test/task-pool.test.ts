import { describe, expect, test } from 'vitest';
import { createTaskPool, eachAtOnce } from '../src/task-pool.ts';

const settle = () => new Promise(setImmediate);

/** Tasks that end on request. */
function makeTasks() {
  const started: string[] = [];
  const endings = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const task = (name: string) => {
    started.push(name);
    return new Promise<void>((resolve, reject) => endings.set(name, { resolve, reject }));
  };
  return {
    task,
    started,
    end: async (name: string) => {
      endings.get(name)?.resolve();
      await settle();
    },
    fail: async (name: string) => {
      endings.get(name)?.reject(new Error(`${name} failed`));
      await settle();
    },
  };
}

/** Whether a promise has settled. */
function watch(promise: Promise<unknown>): () => boolean {
  let hasSettled = false;
  const note = () => {
    hasSettled = true;
  };
  promise.then(note, note);
  return () => hasSettled;
}

describe('eachAtOnce', () => {
  test('processes all items, at most as many at once as the limit', async () => {
    const { task, started, end } = makeTasks();
    const all = eachAtOnce(['a', 'b', 'c', 'd'], 2, task);
    const hasEnded = watch(all);
    await settle();
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('a');
    await end('c');
    expect([started, hasEnded()]).toEqual([['a', 'b', 'c', 'd'], false]);
    await end('d');
    await all;
  });

  test('throws the first failure after all started tasks have ended, and starts no others', async () => {
    const { task, started, fail, end } = makeTasks();
    const all = eachAtOnce(['a', 'b', 'c', 'd'], 3, task);
    const hasEnded = watch(all);
    await settle();
    await fail('b');
    await fail('a');
    expect([started, hasEnded()]).toEqual([['a', 'b', 'c'], false]);
    await end('c');
    await expect(all).rejects.toThrow('b failed');
    expect(started).toEqual(['a', 'b', 'c']);
  });

  test('throws the failure of a last task', async () => {
    const { task, fail } = makeTasks();
    const all = eachAtOnce(['a'], 3, task);
    await settle();
    await Promise.all([expect(all).rejects.toThrow('a failed'), fail('a')]);
  });
});

describe('a pool', () => {
  test('reports a failure at the next task, at check, and at finish', async () => {
    const { task, started, fail } = makeTasks();
    const pool = createTaskPool(2);
    await pool.run(() => task('a'));
    pool.check();
    await fail('a');
    expect(() => pool.check()).toThrow('a failed');
    await expect(pool.run(() => task('b'))).rejects.toThrow('a failed');
    await expect(pool.finish()).rejects.toThrow('a failed');
    expect(started).toEqual(['a']);
  });

  test('finish waits for all tasks', async () => {
    const { task, end } = makeTasks();
    const pool = createTaskPool(2);
    await pool.run(() => task('a'));
    await pool.run(() => task('b'));
    const finishing = pool.finish();
    const hasEnded = watch(finishing);
    await end('a');
    expect(hasEnded()).toBe(false);
    await end('b');
    await finishing;
  });
});
