import { describe, expect, test } from 'vitest';
import { configFolder } from '../../src/config/folder.ts';

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
  ] as const)('%j on %s is %j', (env, platform, folder) => {
    expect(configFolder(env, platform)).toBe(folder);
  });

  test('on Windows it lies in APPDATA', () => {
    expect(configFolder({ APPDATA: '/roaming', USERPROFILE: '/u' }, 'win32')).toBe('/roaming/streamdiver-dl');
  });

  test('a relative one is refused: it would be a file of the working directory', () => {
    expect(() => configFolder({ STREAMDIVER_CONFIG_DIR: 'here' }, 'linux')).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('here') }),
    );
  });
});
