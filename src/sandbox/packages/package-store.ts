import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreateDownloadBody } from '../../api/wire.ts';
import type { Library } from '../library/library.ts';
import { failureText } from '../server/refusal.ts';
import { collectItems, isSingleRendition, safeName } from './package-items.ts';
import { type BuiltFile, buildPackage } from './packager.ts';

/** A file of a package that is served. */
export interface ServedFile extends BuiltFile {
  readonly id: string;
  readonly sizeBytes: number;
}

export interface StoredPackage {
  readonly id: string;
  readonly owner: 'user' | 'anonymous';
  readonly body: CreateDownloadBody;
  readonly compressed: boolean;
  readonly createdMs: number;
  readonly expiresMs: number;
  /** The folder with its files. */
  readonly folder: string;
  /** Empty until the files exist. */
  files: readonly ServedFile[];
  failure: string | undefined;
  /** Resolves when the files exist or the build has failed; never rejects. */
  readonly built: Promise<void>;
  readonly stop: () => void;
}

export type Found<Item> = Item | 'unknown' | 'expired';

export interface PackageStore {
  create(body: CreateDownloadBody, owner: StoredPackage['owner']): StoredPackage;
  /** The newest first, without expired ones. */
  list(): StoredPackage[];
  find(id: string): Found<StoredPackage>;
  findFile(fileId: string): Found<{ readonly stored: StoredPackage; readonly file: ServedFile }>;
  /** Removes it, then its temporary files. Active transfers continue. */
  remove(stored: StoredPackage): void;
  /** Stops all builds; resolves when none is writing. */
  close(): Promise<void>;
}

export interface PackageStoreOptions {
  /** Contains one folder per package. */
  readonly folder: string;
  readonly library: Library;
  /** If the request does not specify one. */
  readonly expiryMs: number;
  /** The form of package IDs. */
  readonly formId: (id: string) => string;
}

/** The packages of one sandbox by ID. Builds run one after the other, to disk. */
export function createPackageStore(options: PackageStoreOptions): PackageStore {
  const { expiryMs, formId } = options;
  const packages = new Map<string, StoredPackage>();
  const expired = new Set<string>();
  const files = new Map<string, { readonly stored: StoredPackage; readonly file: ServedFile }>();
  const expiredFiles = new Set<string>();
  let builds = Promise.resolve();

  const remove = (stored: StoredPackage): void => {
    packages.delete(stored.id);
    for (const file of stored.files) files.delete(file.id);
    stored.stop();
    // Files that cannot be removed now are removed with the folder of the sandbox.
    stored.built.then(() => rm(stored.folder, { recursive: true, force: true })).catch(() => undefined);
  };

  /** Expiry needs no timer: it is visible only in the next request. */
  const expire = (): void => {
    for (const stored of packages.values()) {
      if (stored.expiresMs > Date.now()) continue;
      expired.add(stored.id);
      for (const file of stored.files) expiredFiles.add(file.id);
      remove(stored);
    }
  };

  return {
    create(body, owner) {
      const controller = new AbortController();
      const createdMs = Date.now();
      const stored: StoredPackage = {
        id: formId(randomUUID()),
        owner,
        body,
        compressed: !isSingleRendition(body),
        createdMs,
        expiresMs: body.expires === undefined ? createdMs + expiryMs : Date.parse(body.expires),
        folder: join(options.folder, randomUUID()),
        files: [],
        failure: undefined,
        built: builds.then(async () => {
          try {
            stored.files = await build(stored, options, controller.signal);
            if (packages.has(stored.id))
              for (const file of stored.files) files.set(file.id, { stored, file });
          } catch (error) {
            stored.failure = failureText(error);
          }
        }),
        stop: () => controller.abort(),
      };
      builds = stored.built;
      packages.set(stored.id, stored);
      return stored;
    },
    list() {
      expire();
      return [...packages.values()].toReversed();
    },
    find(id) {
      expire();
      return packages.get(id) ?? (expired.has(id) ? 'expired' : 'unknown');
    },
    findFile(fileId) {
      expire();
      return files.get(fileId) ?? (expiredFiles.has(fileId) ? 'expired' : 'unknown');
    },
    remove,
    async close() {
      for (const { stop } of packages.values()) stop();
      await builds;
    },
  };
}

async function build(
  { body, compressed, folder }: StoredPackage,
  { library }: PackageStoreOptions,
  signal: AbortSignal,
): Promise<ServedFile[]> {
  signal.throwIfAborted();
  await mkdir(folder, { mode: 0o700 });
  const built = await buildPackage(collectItems(body, library), {
    folder,
    archiveName: safeName(body.title ?? 'streamdiver-package'),
    shape: compressed ? 'archive' : 'files',
    signal,
  });
  const files: ServedFile[] = [];
  for (const file of built) {
    const { size: sizeBytes } = await stat(file.path);
    files.push({ ...file, id: randomBytes(16).toString('hex'), sizeBytes });
  }
  return files;
}
