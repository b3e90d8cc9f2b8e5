import type { CreateDownloadBody } from '../api/wire.ts';
import type { Context } from '../context.ts';
import { resolvePath } from '../disk/resolve-path.ts';
import type { FetchFlags } from '../flags/fetch-flags.ts';
import { recordFileIn } from '../flags/record-flags.ts';
import { nothingNewText } from '../output/nothing-new.ts';
import { isObject } from '../parse/json.ts';
import { type ItemRecord, openRecord } from '../record/open-record.ts';
import { keyOf } from '../record/record-line.ts';
import { type FetchRequest, fetchPackages } from './fetch-packages.ts';
import { type FetchResult, recordedResult } from './fetch-result.ts';
import type { Recording, SelectedItem } from './fetch-run.ts';
import { findTargetFolder } from './targets.ts';

/** Null if the flags name no record. Nothing is written yet. */
async function openFetchRecord(
  flags: Pick<FetchFlags, 'output' | 'folder' | 'record'>,
  { cwd, io, world, clock, random, signal }: Context,
): Promise<ItemRecord | null> {
  const file = recordFileIn(await findTargetFolder(flags, cwd), flags.record);
  if (file === null) return null;
  const options = { owner: world, clock, random, signal, warn: (text: string) => io.warn(text) };
  return await openRecord(resolvePath(cwd, file), options);
}

/**
 * Fetches packages and records them; with --only-new, skips recorded ones.
 * @returns in the order of the IDs
 * @throws as openRecord() and fetchPackages()
 */
export async function fetchRecorded(
  ids: readonly string[],
  request: FetchRequest,
  context: Context,
): Promise<readonly FetchResult[]> {
  const record = await openFetchRecord(request.fetch, context);
  const isKnown = isRecordedIn(record, request.fetch);
  const missing = ids.filter((id) => !isKnown(id));
  if (record !== null && missing.length === 0) context.io.info(nothingNewText(record));
  if (missing.length === 0) return ids.map(recordedResult);
  const recording = record === null ? null : { record, itemsOf: () => [] };
  const fetched = await fetchPackages(missing, { ...request, recording }, context);
  const results = new Map(fetched.map((result) => [result.id, result]));
  return ids.map((id) => results.get(id) ?? recordedResult(id));
}

/**
 * Finds the packages that --only-new skips.
 * @throws as openRecord()
 */
export async function findRecorded(flags: FetchFlags, context: Context): Promise<(id: string) => boolean> {
  return isRecordedIn(await openFetchRecord(flags, context), flags);
}

function isRecordedIn(record: ItemRecord | null, { record: { onlyNew } }: FetchFlags) {
  return (id: string) => onlyNew && record?.has(keyOf({ kind: 'package', packageId: id })) === true;
}

/** Access to the record for `create --fetch`. */
export interface CreateMemory {
  readonly nothingNewText: string;
  /** With --only-new, removes recorded items from the body, and lists that become empty. */
  withoutRecorded(body: CreateDownloadBody): CreateDownloadBody;
  /** Where packages are recorded. @param bodyOf returns the body that created the package with this ID */
  recordingOf(bodyOf: (packageId: string) => CreateDownloadBody): Recording;
}

/**
 * Opens the record that the flags name; null if they name none.
 * @throws as openRecord()
 */
export async function openCreateMemory(flags: FetchFlags, context: Context): Promise<CreateMemory | null> {
  const record = await openFetchRecord(flags, context);
  if (record === null) return null;
  return {
    nothingNewText: nothingNewText(record),
    withoutRecorded: (body) => (flags.record.onlyNew ? withoutRecorded(body, record) : body),
    recordingOf: (bodyOf) => ({ record, itemsOf: (packageId) => selectedItems(bodyOf(packageId)) }),
  };
}

/** The items in a body, as recorded. A body from a file may contain fields that only the service understands. */
function selectedItems(body: CreateDownloadBody): readonly SelectedItem[] {
  return Object.entries(ITEM_OF).flatMap(([list, itemOf]) =>
    listOf(body, list).flatMap((value) => itemOf(value) ?? []),
  );
}

function withoutRecorded(body: CreateDownloadBody, record: Pick<ItemRecord, 'has'>): CreateDownloadBody {
  const rest: Record<string, unknown> = { ...body };
  for (const [list, itemOf] of Object.entries(ITEM_OF)) {
    const isNew = (value: unknown) => {
      const item = itemOf(value);
      return item === null || !record.has(keyOf(item));
    };
    const all = listOf(body, list);
    const missing = all.filter(isNew);
    if (missing.length === all.length) continue;
    if (missing.length > 0) rest[list] = missing;
    else delete rest[list];
  }
  return rest;
}

/** By field of the body. */
const ITEM_OF: Readonly<Record<string, (value: unknown) => SelectedItem | null>> = {
  selectedMediaIds: (mediaId) => (typeof mediaId === 'string' ? { kind: 'media', mediaId } : null),
  selectedRenditionIds: (renditionId) =>
    typeof renditionId === 'string' ? { kind: 'rendition', renditionId } : null,
  selectedTranscripts: (value) =>
    isObject(value) && typeof value['id'] === 'string' && typeof value['format'] === 'string'
      ? // Packages contain transcripts as `transcripts` downloads them by default, so both remember the same item.
        { kind: 'transcript', transcriptId: value['id'], format: value['format'], speakers: true }
      : null,
};

function listOf(body: CreateDownloadBody, name: string): readonly unknown[] {
  const list: unknown = Object.entries(body).find(([field]) => field === name)?.[1];
  return Array.isArray(list) ? list : [];
}
