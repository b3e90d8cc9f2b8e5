import { fileURLToPath } from 'node:url';
import { listTree, unlessGone } from '../temp-folder.ts';
import { WINE, type WineLauncher } from './launcher.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** A text with paths as the program under test sees them. */
export function asProgramSees(text: string): string {
  return WINE === null ? text : toWindowsPaths(text, WINE);
}

/** Converts each Linux path in a text to a path on a Windows drive. */
export function toWindowsPaths(text: string, launcher: WineLauncher): string {
  const drives = [
    [process.execPath, 'n:\\node.exe'],
    [launcher.node, 'n:\\node.exe'],
    [launcher.folder, 't:'],
    [PROJECT, 'p:'],
  ] as const;
  let result = text;
  for (const [path, drive] of drives) {
    // A text that is a single path may contain spaces.
    if (text.startsWith(`${path}/`) && !text.includes(path, 1))
      return drive + text.slice(path.length).replaceAll('/', '\\');
    const pattern = new RegExp(`${escaped(path)}(?![^/\\s"';:,)\\]}])((?:/[^\\s"';:,)\\]}]*)*)`, 'g');
    result = result.replaceAll(pattern, (_all, rest: string) => {
      const windows = drive + rest.replaceAll('/', '\\');
      return windows === drive && drive.endsWith(':') ? `${drive}\\` : windows;
    });
  }
  return result;
}

/** Converts each path on a Windows drive, and each relative path that exists in `cwd`, to a Linux path. */
export function fromWindowsPaths(text: string, cwd: string, launcher: WineLauncher): string {
  const drives = [
    ['t', launcher.folder],
    ['p', PROJECT],
  ] as const;
  let result = text;
  for (const [letter, folder] of drives) {
    const pattern = new RegExp(
      `(?<![A-Za-z])${letter}:((?:(?! [A-Za-z]:)(?:\\\\(?!")|[^\\\\\\r\\n"'<>|*?:]))*)`,
      'gi',
    );
    result = result.replaceAll(pattern, (_all, rest: string) =>
      (folder + rest.replaceAll(/\\+/g, '/')).replace(/\/(?=$)/, ''),
    );
  }
  if (!result.includes('\\')) return result;
  for (const { path } of unlessGone(() => listTree(cwd)) ?? []) {
    if (!path.includes('/')) continue;
    result = result
      .replaceAll(path.replaceAll('/', '\\\\'), path)
      .replaceAll(path.replaceAll('/', '\\'), path);
  }
  return result;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
