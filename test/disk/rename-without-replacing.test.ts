import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isWithoutHardLinks, renameWithoutReplacing } from '../../src/disk/rename-without-replacing.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

function scene(existing?: string) {
  const folder = makeTempFolder();
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  writeFileSync(from, 'new');
  if (existing !== undefined) writeFileSync(to, existing);
  const files = () =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  /** The files at the start of each step. */
  const attempts: string[] = [];
  const attempt = async <Result>(operation: () => Promise<Result>): Promise<Result> => {
    attempts.push(Object.keys(files()).join(' '));
    return await operation();
  };
  return { from, to, files, attempts, attempt };
}

const withoutLinks = (code: string) =>
  replaceDiskCall('promises.link', () => Promise.reject(systemError(code)));

test('renames a file', async () => {
  const { from, to, files, attempts, attempt } = scene();
  await renameWithoutReplacing(from, to, attempt);
  expect(files()).toEqual({ to: 'new' });
  expect(attempts).toEqual(['from to']);
  const other = scene();
  await renameWithoutReplacing(other.from, other.to);
  expect(other.files()).toEqual({ to: 'new' });
});

test.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES', 'EISDIR'])(
  'renames without hard links (%s)',
  async (code) => {
    expect(isWithoutHardLinks(systemError(code))).toBe(true);
    withoutLinks(code);
    const { from, to, files, attempts, attempt } = scene();
    await renameWithoutReplacing(from, to, attempt);
    expect(files()).toEqual({ to: 'new' });
    expect(attempts).toEqual(['from to']);
  },
);

test.each([true, false])('rejects an existing name and changes nothing; hard links: %j', async (hasLinks) => {
  if (!hasLinks) withoutLinks('EPERM');
  const { from, to, files, attempts, attempt } = scene('old');
  await expect(renameWithoutReplacing(from, to, attempt)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(files()).toEqual({ from: 'new', to: 'old' });
  expect(attempts).toEqual([]);
});

test('keeps only the old name if the rename fails after reserving the new one', async () => {
  withoutLinks('EPERM');
  replaceDiskCall('promises.rename', () => Promise.reject(systemError('EIO')));
  const { from, to, files } = scene();
  await expect(renameWithoutReplacing(from, to)).rejects.toMatchObject({ code: 'EIO' });
  expect(files()).toEqual({ from: 'new' });
  // The first error is reported even if the cleanup fails.
  replaceDiskCall('promises.rm', () => Promise.reject(systemError('EROFS')));
  await expect(renameWithoutReplacing(from, to)).rejects.toMatchObject({ code: 'EIO' });
});

test('reports other errors of link', async () => {
  expect(isWithoutHardLinks(systemError('EIO'))).toBe(false);
  expect(isWithoutHardLinks(new Error('EPERM'))).toBe(false);
  withoutLinks('EIO');
  const { from, to, files } = scene();
  await expect(renameWithoutReplacing(from, to)).rejects.toMatchObject({ code: 'EIO' });
  expect(files()).toEqual({ from: 'new' });
});
