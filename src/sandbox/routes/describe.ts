import type { DownloadFile, DownloadPackage, MediaAsset, Transcript } from '../../api/wire.ts';
import { dialectMimeType, dialectSize, dialectUrl } from '../dialect/shape-file.ts';
import { type Item, shapeMediaItem, shapePackage } from '../dialect/shape-item.ts';
import type { StoredMediaItem, StoredTranscript } from '../library/library.ts';
import type { StoredPackage } from '../packages/package-store.ts';
import type { SandboxState } from '../state/sandbox-state.ts';

/** A media item as documented, in the dialect. */
export function describeMediaItem(medium: StoredMediaItem, { traits }: SandboxState): Item {
  const { id, name, description, type, durationSeconds, tags, created, renditions } = medium;
  const described: MediaAsset = {
    id,
    name,
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

/** As documented, except for sizes that a dialect omits; `error` is specific to the sandbox. */
type DescribedPackage = Omit<DownloadPackage, 'files'> & { files?: DescribedFile[]; error?: string };
type DescribedFile = Partial<Omit<DownloadFile, 'size'>> & { size?: number | string };

/** The current state of a package, in the dialect. */
export function describePackage(stored: StoredPackage, state: SandboxState): Item {
  return shapePackage({ ...documentedPackage(stored, state) }, state.traits);
}

function documentedPackage(stored: StoredPackage, state: SandboxState): DescribedPackage {
  const { id, body, compressed, createdMs, expiresMs } = stored;
  const described: DescribedPackage = {
    id,
    status: statusOf(stored, state),
    compressed,
    ...(body.title === undefined ? {} : { title: body.title }),
    ...(body.description === undefined ? {} : { description: body.description }),
    created: formatTime(createdMs),
    expires: formatTime(expiresMs),
  };
  if (described.status === 'ready') {
    described.files = stored.files.map((file) => describeFile(file, state));
  } else if (described.status !== 'preparing')
    described.error = stored.failure ?? 'the sandbox is configured to let this package fail';
  return described;
}

/** `preparing`, `ready`, or the status of the failure. */
export function statusOf(stored: StoredPackage, { faults, traits, prepareMs }: SandboxState): string {
  const isBuilt = stored.files.length > 0 || stored.failure !== undefined;
  const isDue = traits.create === 'ready' || Date.now() >= stored.createdMs + prepareMs;
  if (!isBuilt || !isDue || faults.find('never-ready') !== undefined) return 'preparing';
  const failure = faults.find('job-fails');
  if (failure !== undefined) return failure.text === '' ? 'failed' : failure.text;
  return stored.failure === undefined ? 'ready' : 'failed';
}

function describeFile(file: StoredPackage['files'][number], state: SandboxState): DescribedFile {
  const { faults, traits, storage, apiUrl } = state;
  const wrong = faults.find('wrong-size');
  const size = wrong === undefined ? dialectSize(file, traits) : file.sizeBytes + wrong.amount;
  const isPresigned = storage !== undefined && traits['file-url'] === 'presigned';
  const url = isPresigned ? storage.sign(file.id) : dialectUrl(apiUrl, file.id, traits);
  const mimeType = dialectMimeType(file.mimeType, traits);
  return {
    url,
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(size === undefined ? {} : { size }),
  };
}

/** Times as in docs/openapi.yaml: UTC, whole seconds. */
function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
