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
  /** Counts the steps that are tried on their own. */
  const attempts: string[] = [];
  const attempt = async <Result>(operation: () => Promise<Result>): Promise<Result> => {
    attempts.push(Object.keys(files()).join(' '));
    return await operation();
  };
  return { from, to, files, attempts, attempt };
}

const withoutLinks = (code: string) =>
  replaceDiskCall('promises.link', () => Promise.reject(systemError(code)));

test('a file gets its new name', async () => {
  const { from, to, files, attempts, attempt } = scene();
  await renameWithoutReplacing(from, to, attempt);
  expect(files()).toEqual({ to: 'new' });
  expect(attempts).toEqual(['from to']);
  const other = scene();
  await renameWithoutReplacing(other.from, other.to);
  expect(other.files()).toEqual({ to: 'new' });
});

test.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES', 'EISDIR'])(
  'also without hard links (%s)',
  async (code) => {
    expect(isWithoutHardLinks(systemError(code))).toBe(true);
    withoutLinks(code);
    const { from, to, files, attempts, attempt } = scene();
    await renameWithoutReplacing(from, to, attempt);
    expect(files()).toEqual({ to: 'new' });
    expect(attempts).toEqual(['from to']);
  },
);

test.each([true, false])(
  'a name that is taken is refused, and nothing changes; hard links: %j',
  async (hasLinks) => {
    if (!hasLinks) withoutLinks('EPERM');
    const { from, to, files, attempts, attempt } = scene('old');
    await expect(renameWithoutReplacing(from, to, attempt)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(files()).toEqual({ from: 'new', to: 'old' });
    expect(attempts).toEqual([]);
  },
);

test('a rename that fails after the claim leaves the old name only', async () => {
  withoutLinks('EPERM');
  replaceDiskCall('promises.rename', () => Promise.reject(systemError('EIO')));
  const { from, to, files } = scene();
  await expect(renameWithoutReplacing(from, to)).rejects.toMatchObject({ code: 'EIO' });
  expect(files()).toEqual({ from: 'new' });
  // The first error is reported, whatever the cleanup does.
  replaceDiskCall('promises.rm', () => Promise.reject(systemError('EROFS')));
  await expect(renameWithoutReplacing(from, to)).rejects.toMatchObject({ code: 'EIO' });
});

test('another failure of the link is reported', async () => {
  expect(isWithoutHardLinks(systemError('EIO'))).toBe(false);
  expect(isWithoutHardLinks(new Error('EPERM'))).toBe(false);
  withoutLinks('EIO');
  const { from, to, files } = scene();
  await expect(renameWithoutReplacing(from, to)).rejects.toMatchObject({ code: 'EIO' });
  expect(files()).toEqual({ from: 'new' });
});
