import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../commands/run-command.ts';
import { startApi } from '../support/api/api-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { refusedByOthers } from '../zip/packers/other-readers.ts';
import { twistedArchives } from '../zip/packers/twists.ts';
import { firstError, WAYS, type Way } from './packed-ways.ts';
import { FIXED_SEED, reportTwists, scaled, TIME_LIMIT } from './scale.ts';

/** What is refused although unzip, 7z, bsdtar, and Python accept it; docs/reliability.md says why. */
const REASONS: Readonly<Record<string, RegExp>> = {
  'bytes that belong to nothing, before, between, or after the entries':
    /bytes (before its first entry|that) do not belong to/,
  'a zip64 field that contradicts the header, or for which no number of the header asks':
    /zip64 extra field that does not match|disagrees with the directory about its (place|sizes)/,
  'a data descriptor that is wrong': /data descriptor of entry/,
  'reserved flags that differ between the two headers': /disagrees with the directory about flags/,
  'a Unicode name that is that of another name': /the Unicode name of another one/,
  'the mode of a device, or of a folder on what is named like a file': /neither a file nor a folder/,
  'a folder with content': /is a folder with content/,
  'a path that is absolute, or has a drive, a backslash, an empty part, or a dot as a part':
    /absolute path|drive letter|contains a backslash|empty part|only a dot/,
  'two entries of one name, or of names that differ in case': /is there twice|same name as/,
};

test(
  `what all others accept is accepted, or refused for a known reason (seed ${FIXED_SEED})`,
  TIME_LIMIT,
  async () => {
    const all = twistedArchives(FIXED_SEED, 500);
    const archives = scaled({ sample: all.filter((_, index) => index % 100 === 0), full: all });
    const working = { fetch: 0, 'fetch -x': 0, contents: 0 };
    const reasons: Record<string, number> = {};
    const unknown: string[] = [];
    let accepted = 0;
    for (const { name, bytes } of archives) {
      const file = join(makeTempFolder(), 'a.zip');
      writeFileSync(file, bytes());
      if (refusedByOthers(file).length > 0) continue;
      accepted += 1;
      const refused = new Set<string>();
      for (const way of Object.keys(WAYS) as Way[]) {
        const error = await refusalOf(way, bytes());
        if (error === null) working[way] += 1;
        else {
          const reason = Object.keys(REASONS).find((each) => REASONS[each]?.test(error));
          if (reason === undefined) unknown.push(`${name}, ${way}: ${error}`);
          else refused.add(reason);
        }
      }
      for (const reason of refused) reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
    reportTwists({ seed: FIXED_SEED, archives: archives.length, accepted, working, reasons });
    expect(unknown).toEqual([]);
  },
);

async function refusalOf(way: Way, bytes: Buffer): Promise<string | null> {
  const api = await startApi({
    files: { one: { bytes, contentType: 'application/zip', etag: '"twisted"' } },
  });
  const run = await runCommand([...WAYS[way], '--json'], { api });
  await api.close();
  return run.exitCode === 0 ? null : firstError(run.stderr);
}
