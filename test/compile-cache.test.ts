import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compileCacheFolder } from '../src/compile-cache.ts';
import { runBinary } from './support/process/run-binary.ts';
import { makePlace } from './support/process/run-place.ts';
import { makeTempFolder } from './support/temp-folder.ts';

const LAUNCH = fileURLToPath(new URL('../dist/launch.js', import.meta.url));
const userId = process.geteuid?.() ?? null;

function folderFor(caches: string, owner = userId): string | null {
  return compileCacheFolder({ XDG_CACHE_HOME: caches, HOME: '/nowhere' }, 'linux', owner);
}

describe('the compile cache folder', () => {
  test('is created in the cache folder with access only for the user', () => {
    const caches = makeTempFolder();
    const folder = folderFor(caches);
    expect(folder).toBe(join(caches, 'streamdiver-dl', 'compiled'));
    expect(folderFor(caches)).toBe(folder);
    expect(statSync(folder ?? '').mode & 0o777).toBe(userId === null ? 0o666 : 0o700);
  });

  test('is null without HOME or with a relative path', () => {
    expect(compileCacheFolder({}, 'linux', userId)).toBeNull();
    expect(compileCacheFolder({ STREAMDIVER_CONFIG_DIR: 'here' }, 'linux', userId)).toBeNull();
    expect(existsSync('here')).toBe(false);
  });

  test('is null if a file is in the way', () => {
    expect(compileCacheFolder({ HOME: '/dev/null' }, 'linux', userId)).toBeNull();
    const file = join(makeTempFolder(), 'file');
    writeFileSync(file, '');
    // Not undefined, for which Node would use its default.
    expect([folderFor(file), folderFor(join(file, 'below'))]).toEqual([null, null]);
  });

  test.runIf(existsSync('/proc/self'))('is null if no folder can be created, where Node would hang', () => {
    const script = `console.log(require(${JSON.stringify(LAUNCH)}).compileCacheFolder({ HOME: '/proc' }, 'linux', 0))`;
    const run = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 15_000 });
    expect(run).toMatchObject({ status: 0, stdout: 'null\n', stderr: '' });
  });

  describe.skipIf(userId === null)('that others can write to', () => {
    test('is null if it belongs to another user', () => {
      expect(folderFor(makeTempFolder(), (userId ?? 0) + 1)).toBeNull();
    });

    test.each([0o720, 0o702, 0o777])('is null with mode %o', (mode) => {
      for (const name of ['streamdiver-dl', 'streamdiver-dl/compiled']) {
        const caches = makeTempFolder();
        mkdirSync(join(caches, 'streamdiver-dl', 'compiled'), { recursive: true });
        chmodSync(join(caches, name), mode);
        expect(folderFor(caches)).toBeNull();
      }
    });

    test('is null below a link', () => {
      const caches = makeTempFolder();
      symlinkSync(makeTempFolder(), join(caches, 'streamdiver-dl'));
      expect(folderFor(caches)).toBeNull();
    });
  });
});

describe('a run', () => {
  const canCompile = !/^v2[01]\./.test(process.version);

  test.runIf(canCompile)('caches the compiled program unless NODE_DISABLE_COMPILE_CACHE is set', async () => {
    const place = makePlace();
    await runBinary(['--help'], { place, env: { NODE_DISABLE_COMPILE_CACHE: '1' } });
    expect(existsSync(place.configDir)).toBe(false);
    await runBinary(['--help'], { place, env: { NODE_DISABLE_COMPILE_CACHE: undefined } });
    expect(readdirSync(join(place.configDir, 'compiled'))).toHaveLength(1);
  });

  test('prints no error if no folder can be created', async () => {
    const env = { HOME: '/dev/null', STREAMDIVER_CONFIG_DIR: '', NODE_DISABLE_COMPILE_CACHE: undefined };
    const run = await runBinary(['config', '--help'], { env });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  });
});
