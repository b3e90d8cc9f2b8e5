import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type DiskFault, diskFaultFlags } from './disk-fault.ts';
import { runBinary } from './process/run-binary.ts';
import { makeTempFolder } from './temp-folder.ts';

/** Writes twice, syncs, renames; reports what failed. */
const PROGRAM = `
import { open, rename } from 'node:fs/promises';
process.exitCode = 70;
try {
  const file = await open('a.part', 'w+');
  const sizes = [];
  for (const text of ['x'.repeat(500), 'y'.repeat(500)]) {
    const { bytesWritten } = await file.writev([Buffer.from(text)]);
    sizes.push(bytesWritten);
  }
  await file.sync();
  await file.close();
  await rename('a.part', 'a');
  console.log(sizes.join(' '));
  process.exitCode = 0;
} catch (error) {
  console.log(error.code);
  process.exitCode = 9;
}
`;

async function run(fault: DiskFault) {
  const scriptPath = join(makeTempFolder(), 'script.mjs');
  writeFileSync(scriptPath, PROGRAM);
  const { nodeFlags, markerPath } = diskFaultFlags(fault);
  const result = await runBinary([], { scriptPath, nodeFlags, mayBeBug: true });
  return { ...result, happened: existsSync(markerPath) };
}

const onPart = { pathPart: 'a.part' };

test('fails the n-th call with the given code', async () => {
  const result = await run({ ...onPart, call: 'write', nth: 2, effect: 'ENOSPC' });
  expect(result).toMatchObject({ exitCode: 9, stdout: 'ENOSPC\n', happened: true });
  expect(readFileSync(join(result.cwd, 'a.part'), 'utf8')).toBe('x'.repeat(500));
});

test('fails a close', async () => {
  const result = await run({ ...onPart, call: 'close', nth: 1, effect: 'EIO' });
  expect(result).toMatchObject({ exitCode: 9, stdout: 'EIO\n', happened: true });
});

test('does nothing with fewer calls or for another path', async () => {
  const never = await run({ ...onPart, call: 'write', nth: 3, effect: 'ENOSPC' });
  expect(never).toMatchObject({ exitCode: 0, stdout: '500 500\n', happened: false });
  const elsewhere = await run({ call: 'write', nth: 1, effect: 'EIO', pathPart: 'b.part' });
  expect(elsewhere).toMatchObject({ exitCode: 0, happened: false });
});

test('kills before and after a call', async () => {
  const before = await run({ ...onPart, call: 'rename', nth: 1, effect: 'kill before' });
  expect(before).toMatchObject({ exitCode: 137, happened: true });
  expect(existsSync(join(before.cwd, 'a'))).toBe(false);
  const after = await run({ ...onPart, call: 'rename', nth: 1, effect: 'kill after' });
  expect(after.exitCode).toBe(137);
  expect(existsSync(join(after.cwd, 'a'))).toBe(true);
});

test('short writes fewer bytes, and hang never settles', async () => {
  const short = await run({ ...onPart, call: 'write', nth: 1, effect: 'short' });
  expect(short).toMatchObject({ exitCode: 0, stdout: '100 500\n' });
  const hang = await run({ ...onPart, call: 'sync', nth: 1, effect: 'hang' });
  expect(hang).toMatchObject({ happened: true, stdout: '' });
  expect(hang.exitCode).not.toBe(0);
});
