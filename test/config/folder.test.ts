import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { configFolder, noConfigFolder } from '../../src/config/folder.ts';
import { isFixedPath } from '../../src/config/home.ts';

describe('configFolder', () => {
  test.each([
    [{ STREAMDIVER_CONFIG_DIR: '/c', HOME: '/h' }, 'linux', '/c'],
    [{ STREAMDIVER_CONFIG_DIR: '', HOME: '/h' }, 'linux', '/h/.config/streamdiver-dl'],
    [{ XDG_CONFIG_HOME: '/x', HOME: '/h' }, 'linux', '/x/streamdiver-dl'],
    [{ XDG_CONFIG_HOME: 'relative', HOME: '/h' }, 'linux', '/h/.config/streamdiver-dl'],
    [{ HOME: '/' }, 'linux', '/.config/streamdiver-dl'],
    [{ HOME: '/h' }, 'darwin', '/h/Library/Preferences/streamdiver-dl'],
    [{ HOME: '' }, 'linux', null],
    [{}, 'darwin', null],
    [{}, 'win32', null],
    [{ APPDATA: 'Roaming', HOME: '/h' }, 'win32', null],
  ] as const)('%j on %s is %j', (env, platform, folder) => {
    expect(configFolder(env, platform)).toBe(folder);
  });

  test('is in APPDATA on Windows', () => {
    expect(configFolder({ APPDATA: '/roaming', USERPROFILE: '/u' }, 'win32')).toBe('/roaming/streamdiver-dl');
  });

  test('rejects a relative folder, which would be in the working directory', () => {
    expect(() => configFolder({ STREAMDIVER_CONFIG_DIR: 'here' }, 'linux')).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('here') }),
    );
  });
});

test.each([
  ['C:\\Users\\me', true],
  ['c:/Users/me', true],
  ['\\\\server\\share\\me', true],
  ['\\rooted', false],
  ['/rooted', false],
  ['C:me', false],
  ['me', false],
])('%j is a fixed path on Windows: %s', (folder, isFixed) => {
  expect(isFixedPath(folder, path.win32)).toBe(isFixed);
});

test.each([
  ['win32', 'APPDATA'],
  ['linux', 'HOME'],
  ['darwin', 'HOME'],
] as const)('without a config folder on %s, the error names %s', (platform, variable) => {
  expect(noConfigFolder(platform).message).toContain(`: ${variable} is not set`);
});
