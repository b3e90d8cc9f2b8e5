import { expect, test } from 'vitest';
import { cacheFolder } from '../../src/config/cache-folder.ts';

test.each<[string, Parameters<typeof cacheFolder>[0], NodeJS.Platform, string | null]>([
  ['STREAMDIVER_CONFIG_DIR', { STREAMDIVER_CONFIG_DIR: '/c', HOME: '/h' }, 'linux', '/c'],
  ['HOME', { HOME: '/h' }, 'linux', '/h/.cache/streamdiver-dl'],
  ['HOME on macOS', { HOME: '/h' }, 'darwin', '/h/Library/Caches/streamdiver-dl'],
  ['XDG_CACHE_HOME', { HOME: '/h', XDG_CACHE_HOME: '/x' }, 'linux', '/x/streamdiver-dl'],
  ['a relative XDG_CACHE_HOME', { HOME: '/h', XDG_CACHE_HOME: 'x' }, 'linux', '/h/.cache/streamdiver-dl'],
  ['an empty XDG_CACHE_HOME', { HOME: '/h', XDG_CACHE_HOME: '' }, 'linux', '/h/.cache/streamdiver-dl'],
  ['no HOME', {}, 'linux', null],
  ['an empty HOME', { HOME: '' }, 'linux', null],
  ['a relative HOME', { HOME: 'h' }, 'linux', null],
  ['a relative STREAMDIVER_CONFIG_DIR', { STREAMDIVER_CONFIG_DIR: 'c', HOME: '/h' }, 'linux', null],
  ['a relative LOCALAPPDATA', { LOCALAPPDATA: 'l' }, 'win32', null],
  ['no LOCALAPPDATA', { HOME: '/h' }, 'win32', null],
])('with %s', (_name, env, platform, folder) => {
  expect(cacheFolder(env, platform)).toBe(folder);
});

test('is in LOCALAPPDATA on Windows', () => {
  expect(cacheFolder({ LOCALAPPDATA: '/l' }, 'win32')).toBe('/l/streamdiver-dl');
});
