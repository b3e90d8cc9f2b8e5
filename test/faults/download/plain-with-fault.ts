import { type FaultMode, type PlainKind, titleOf } from '../../support/faults/fault-mode.ts';
import { digestField, makePlainObject, type ServedObject } from '../../support/faults/served-object.ts';
import { describeRun, fail } from '../../support/process/run-result.ts';
import { expectOutcome, setScene } from './fetch-with-fault.ts';

const video = makePlainObject(300_000);
const bare = { ...video, etag: undefined, lastModified: undefined };
const reprDigest = digestField(video.bytes);

/** Only the headers of the server protect a video: no archive checksum hides what they miss. */
const VIDEOS: Readonly<Record<PlainKind, ServedObject>> = {
  bare,
  etag: video,
  digest: { ...bare, reprDigest },
  'etag and digest': { ...video, reprDigest },
};
/** Where all kinds have the same outcome, the two extremes are enough. */
const EXTREMES = ['bare', 'etag and digest'] as const;

/** Each mode with each kind of plain object to test, for `test.each`. */
export function plainCases(modes: readonly FaultMode[]): [title: string, mode: FaultMode, kind: PlainKind][] {
  return modes.flatMap((mode) => {
    const kinds = typeof mode.plain?.exitCode === 'object' ? Object.keys(VIDEOS).filter(isKind) : EXTREMES;
    return kinds.map((kind): [string, FaultMode, PlainKind] => [
      `${titleOf(mode)}: video, ${kind}`,
      mode,
      kind,
    ]);
  });
}

function isKind(name: string): name is PlainKind {
  return Object.hasOwn(VIDEOS, name);
}

/** Fetches a plain object through a fault and expects the exact exit code, and the exact bytes after a success. */
export async function expectPlainOutcome(mode: FaultMode, kind: PlainKind): Promise<void> {
  const object = VIDEOS[kind];
  const exitCode = exitCodeOf(mode, kind);
  const scene = await setScene(mode, object);
  const run = await scene.fetch();
  if (run.exitCode !== exitCode) fail(`expected exit code ${exitCode}\n${describeRun(run)}`);
  const wanted = mode.finalObject?.(object) ?? object;
  const undetected = isWorstCase(mode, kind) ? mode.plain?.undetected?.(object) : undefined;
  expectOutcome(run, scene, { exitCodes: [exitCode] }, undetected ?? wanted.bytes);
}

/** Whether nothing could reveal the fault. */
function isWorstCase({ plain }: FaultMode, kind: PlainKind): boolean {
  return plain?.undetectedKinds === undefined || plain.undetectedKinds.includes(kind);
}

function exitCodeOf({ name, plain, outcome }: FaultMode, kind: PlainKind): number {
  if (plain !== undefined) return typeof plain.exitCode === 'number' ? plain.exitCode : plain.exitCode[kind];
  const [exitCode, ...others] = outcome.exitCodes;
  if (exitCode === undefined || others.length > 0) fail(`${name}: no exit code for a plain object`);
  return exitCode;
}
