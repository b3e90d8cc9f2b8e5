import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from './temp-folder.ts';

/**
 * Flags for Node that apply two Windows rules for open files to a spawned program on Linux (DeleteFileW,
 * MoveFileExW, as Node 20 calls them): a file that is removed while open keeps its name until it is
 * closed, and a file cannot be renamed over an open one.
 */
export function windowsNameFlags(): readonly string[] {
  const modulePath = join(makeTempFolder('windows-names-'), 'preload.mjs');
  writeFileSync(modulePath, PRELOAD);
  return ['--import', modulePath];
}

/** /proc/self/fd contains the name under which each file was opened, and whether it was removed since. */
const PRELOAD = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { readdirSync, readlinkSync } = fs;

function isOpenAs(name) {
  return readdirSync('/proc/self/fd').some((descriptor) => {
    try {
      return readlinkSync('/proc/self/fd/' + descriptor) === name;
    } catch {
      return false;
    }
  });
}

function refuse(call, path) {
  throw Object.assign(new Error('EPERM: ' + call + " '" + path + "'"), { code: 'EPERM', errno: -1, syscall: call });
}

const rules = {
  open: ([path]) => isOpenAs(path + ' (deleted)') && path,
  rm: ([path]) => isOpenAs(path + ' (deleted)') && path,
  link: ([, to]) => isOpenAs(to + ' (deleted)') && to,
  rename: ([, to]) => (isOpenAs(to + ' (deleted)') || isOpenAs(to)) && to,
};
for (const [name, rule] of Object.entries(rules)) {
  const real = fs.promises[name];
  fs.promises[name] = async (...args) => {
    const refused = rule(args);
    if (refused) refuse(name, refused);
    return await real(...args);
  };
}
syncBuiltinESMExports();
`;
