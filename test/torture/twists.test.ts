import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../commands/run-command.ts';
import { startApi } from '../support/api/api-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { refusedByOthers } from '../zip/packers/other-readers.ts';
import { twistedArchives } from '../zip/packers/twists.ts';
import { firstError, WAYS, type Way } from './packed-ways.ts';
import { FIXED_SEED, reportTwists, scaled, TIME_LIMIT } from './scale.ts';

interface Reason {
  readonly reason: string;
  /** The twists that may cause it. */
  readonly twists: RegExp;
  readonly says: RegExp;
}

/** Why the program rejects archives that unzip, 7z, bsdtar, and Python accept; docs/reliability.md explains it. */
const REASONS: readonly Reason[] = [
  {
    reason: 'bytes that belong to nothing before, between, or after the entries',
    twists: /^(gap |prefix |entry deleted|line break|\d+ zeros after|descriptor: there without)/,
    says: /bytes (before its first entry|that) belong to no entry|bytes that do not belong to|data descriptor of entry .* is missing/,
  },
  {
    reason: 'a zip64 field that contradicts the header, or for which no number of the header asks',
    twists: /^zip64, (central: nothing asked, |local: .*zeros)/,
    says: /zip64 extra field that does not match|disagrees with the directory about its (offset|sizes)/,
  },
  {
    reason: 'a data descriptor that is wrong',
    twists: /^descriptor: all zeros/,
    says: /data descriptor of entry .* is wrong/,
  },
  {
    reason: 'reserved flags that differ between the two headers',
    twists: /^flag 8000, local alone/,
    says: /disagrees with the directory about flags/,
  },
  {
    reason: 'a Unicode name that is that of another name',
    twists: /^extra: Unicode path/,
    says: /the Unicode name of another entry/,
  },
  {
    reason: 'the mode of a device, or of a folder on what is named like a file',
    twists: /^(attributes: high bits of NTFS|folder by its mode)/,
    says: /neither a file nor a folder/,
  },
  { reason: 'a folder with content', twists: /^folder with content/, says: /is a folder with content/ },
  {
    reason: 'a path that is absolute, or has a drive, a backslash, an empty part, or a dot as a part',
    twists: /^(name: (dot within|two slashes|drive-like|backslash)|folder `\/`)/,
    says: /absolute path|drive letter|contains a backslash|empty part|only a dot/,
  },
  {
    reason: 'two entries of one name, or of names that differ in case',
    twists: /^(names that differ|a name twice)/,
    says: /occurs twice|same name as/,
  },
];

/** Undefined if no twist of the archive explains the error. */
function reasonFor(twists: readonly string[], error: string): string | undefined {
  const found = REASONS.find(
    (each) => each.says.test(error) && twists.some((twist) => each.twists.test(twist)),
  );
  return found?.reason;
}

test(`refuses archives others accept only for known reasons (seed ${FIXED_SEED})`, TIME_LIMIT, async () => {
  const all = twistedArchives(FIXED_SEED, 500);
  const archives = scaled({ sample: all.filter((_, index) => index % 100 === 0), full: all });
  const working = { fetch: 0, 'fetch -x': 0, contents: 0 };
  const reasons: Record<string, number> = {};
  const unknown: string[] = [];
  let accepted = 0;
  for (const { twists, bytes } of archives) {
    if (!areOthersContent(bytes())) continue;
    accepted += 1;
    const own = new Set<string>();
    for (const way of Object.keys(WAYS) as Way[]) {
      const error = await refusalOf(way, bytes());
      if (error === null) {
        working[way] += 1;
        continue;
      }
      const reason = reasonFor(twists, error);
      if (reason === undefined) unknown.push(`${twists.join(' + ')}, ${way}: ${error}`);
      else own.add(reason);
    }
    for (const reason of own) reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  reportTwists({ seed: FIXED_SEED, archives: archives.length, accepted, working, reasons });
  expect(unknown).toEqual([]);
});

function areOthersContent(bytes: Buffer): boolean {
  const folder = makeTempFolder();
  const file = join(folder, 'a.zip');
  writeFileSync(file, bytes);
  const refusals = refusedByOthers(file);
  rmSync(folder, { recursive: true });
  return refusals.length === 0;
}

async function refusalOf(way: Way, bytes: Buffer): Promise<string | null> {
  const file = { bytes, contentType: 'application/zip', etag: '"twisted"' };
  const api = await startApi({ files: { one: file } });
  const run = await runCommand([...WAYS[way], '--json'], { api, deadlineMs: 120_000 });
  await api.close();
  return run.exitCode === 0 ? null : firstError(run.stderr);
}
