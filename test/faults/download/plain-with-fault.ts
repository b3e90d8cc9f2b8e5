import { type FaultMode, type PlainKind, titleOf } from '../../support/faults/fault-mode.ts';
import { digestField, makePlainObject, type ServedObject } from '../../support/faults/served-object.ts';
import { describeRun, fail } from '../../support/process/run-result.ts';
import { expectOutcome, setScene } from './fetch-with-fault.ts';

const video = makePlainObject(300_000);
const bare = { ...video, etag: undefined, lastModified: undefined };
const reprDigest = digestField(video.bytes);

/** Nothing but the headers of its server vouches for a video: no checksum of an archive masks what they let through. */
const VIDEOS: Readonly<Record<PlainKind, ServedObject>> = {
  bare,
  etag: video,
  digest: { ...bare, reprDigest },
  'etag and digest': { ...video, reprDigest },
};
/** Where the kinds end alike, the two extremes stand for all. */
const EXTREMES = ['bare', 'etag and digest'] as const;

/** Each mode with each kind of plain object that it is tried on, for `test.each`. */
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

/** Fetches a plain object through a fault: it ends with the one right exit code, and a success with the exact bytes. */
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

/** Whether all that could give the fault away is missing. */
function isWorstCase({ plain }: FaultMode, kind: PlainKind): boolean {
  return plain?.undetectedKinds === undefined || plain.undetectedKinds.includes(kind);
}

function exitCodeOf({ name, plain, outcome }: FaultMode, kind: PlainKind): number {
  if (plain !== undefined) return typeof plain.exitCode === 'number' ? plain.exitCode : plain.exitCode[kind];
  const [exitCode, ...others] = outcome.exitCodes;
  if (exitCode === undefined || others.length > 0) fail(`${name}: how does a plain object end?`);
  return exitCode;
}
