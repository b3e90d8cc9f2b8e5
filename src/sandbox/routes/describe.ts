import type { DownloadFile, DownloadPackage, MediaAsset, Transcript } from '../../api/wire.ts';
import { dialectMimeType, dialectSize, dialectUrl } from '../dialect/shape-file.ts';
import { type Item, shapeMediaItem, shapePackage } from '../dialect/shape-item.ts';
import type { ActiveFaults } from '../faults/active-faults.ts';
import type { StoredMediaItem, StoredTranscript } from '../library/library.ts';
import { opaqueId } from '../library/opaque-id.ts';
import type { StoredPackage } from '../packages/package-store.ts';
import type { SandboxState } from '../state/sandbox-state.ts';

/** A media item as documented, in the dialect. */
export function describeMediaItem(medium: StoredMediaItem, { faults, traits }: SandboxState): Item {
  const { id, name, description, type, durationSeconds, tags, created, renditions } = medium;
  const described: MediaAsset = {
    id,
    name: disguise(name, faults),
    description,
    type,
    ...(durationSeconds === undefined ? {} : { duration: durationSeconds }),
    tags: [...tags],
    created: formatTime(created.getTime()),
    renditions: renditions.map((rendition) => ({
      id: rendition.id,
      name: rendition.name,
      mimeType: rendition.content.mimeType,
      size: rendition.content.sizeBytes,
    })),
  };
  return shapeMediaItem({ ...described }, traits);
}

export function describeTranscript({ id, languageCode }: StoredTranscript): Transcript {
  return { id, languageCode };
}

/** A media item or package that does not exist, for the fault of endless pages. */
export function syntheticItem(index: number): { id: string; name: string; status: string } {
  return { id: opaqueId(`made up ${index}`), name: `Made up ${index}`, status: 'preparing' };
}

/** As documented, except for the fault that omits sizes; `error` is specific to the sandbox. */
type DescribedPackage = Omit<DownloadPackage, 'files'> & { files?: DescribedFile[]; error?: string };
type DescribedFile = Partial<Omit<DownloadFile, 'size'>> & { size?: number | string };

/** The current state of a package, in the dialect. */
export function describePackage(stored: StoredPackage, state: SandboxState): Item {
  return shapePackage({ ...documentedPackage(stored, state) }, state.traits);
}

function documentedPackage(stored: StoredPackage, state: SandboxState): DescribedPackage {
  const { id, body, compressed, createdMs, expiresMs } = stored;
  const { faults } = state;
  const described: DescribedPackage = {
    id,
    status: statusOf(stored, state),
    compressed,
    ...(body.title === undefined ? {} : { title: disguise(body.title, faults) }),
    ...(body.description === undefined ? {} : { description: body.description }),
    created: formatTime(createdMs),
    expires: formatTime(expiresMs),
  };
  if (described.status === 'preparing') {
    described.status = faults.find('prepare-status')?.text ?? 'preparing';
  } else if (described.status === 'ready') {
    described.status = faults.find('ready-status')?.text ?? 'ready';
    if (faults.find('ready-without-files') === undefined) {
      described.files = stored.files.map((file) => describeFile(file, state));
    }
  } else described.error = stored.failure ?? 'the sandbox is configured to let this package fail';
  return described;
}

/** `preparing`, `ready`, or the status of the failure. */
export function statusOf(stored: StoredPackage, { faults, prepareMs }: SandboxState): string {
  const isBuilt = stored.files.length > 0 || stored.failure !== undefined;
  const isAtOnce = faults.find('ready-at-once') !== undefined;
  const isDue = isAtOnce || Date.now() >= stored.createdMs + prepareMs;
  if (!isBuilt || !isDue || faults.find('never-ready') !== undefined) return 'preparing';
  const failure = faults.find('job-fails');
  if (failure !== undefined) return failure.text === '' ? 'failed' : failure.text;
  if (stored.failure !== undefined) return 'failed';
  return faults.find('flapping') !== undefined && stored.looks % 2 === 0 ? 'preparing' : 'ready';
}

function describeFile(file: StoredPackage['files'][number], state: SandboxState): DescribedFile {
  const { faults, traits, storage, apiUrl } = state;
  const wrong = faults.find('wrong-size');
  const size = wrong === undefined ? dialectSize(file, traits) : file.sizeBytes + wrong.amount;
  const isForeign = storage !== undefined && faults.find('foreign-url') !== undefined;
  const url = isForeign ? storage.sign(file.id) : dialectUrl(apiUrl, file.id, traits);
  const mimeType = dialectMimeType(file.mimeType, traits);
  return {
    url,
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(faults.find('no-size') === undefined ? { size } : {}),
  };
}

/** Colors, a window title, a command for CI logs, and a reversed name. */
function disguise(text: string, faults: ActiveFaults): string {
  if (faults.find('hostile-text') === undefined) return text;
  return `\u001B[31m${text}\u001B]0;owned\u0007\r\n::error::owned\u202Egpj.exe\u009B2J`;
}

/** Times as in docs/openapi.yaml: UTC, whole seconds. */
function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
