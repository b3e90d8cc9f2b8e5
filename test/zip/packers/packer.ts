import type { SourceName } from './sources.ts';

/** One archive to create. */
export interface Job {
  /** The folder with the input files; the working directory of programs. */
  readonly folder: string;
  /** The entries to pack, relative to the folder, in this order; folders end with `/`. */
  readonly paths: readonly string[];
  /** The file to write; it does not exist yet. */
  readonly archive: string;
}

/** How to create an archive, for packers that let the caller choose. */
export interface Manner {
  /** Stored entries, not deflated. */
  readonly isStored: boolean;
  /** Sizes not known before the content: data descriptors, or output that cannot be rewound. */
  readonly isStreamed: boolean;
  /** Zip64 fields even where the sizes do not need them. */
  readonly isZip64: boolean;
}

export interface Recipe {
  readonly name: string;
  readonly source: SourceName;
  readonly pack: (job: Job) => void | Promise<void>;
}

export interface Packer {
  readonly name: string;
  /** Null if it is not installed. */
  readonly version: () => string | null;
  readonly recipes: readonly Recipe[];
}

/** What a packer can do; all of it by default. */
export interface Abilities {
  readonly stored?: boolean;
  readonly deflated?: boolean;
  readonly streamed?: boolean;
  readonly zip64?: boolean;
  /** An archive without entries. */
  readonly empty?: boolean;
  /** Entries above 4 GiB. */
  readonly large?: boolean;
}

/** The recipes common to all packers, limited to those that this packer supports. */
export function usualRecipes(
  pack: (job: Job, manner: Manner) => void | Promise<void>,
  {
    stored = true,
    deflated = true,
    streamed = true,
    zip64 = true,
    empty = true,
    large = true,
  }: Abilities = {},
): Recipe[] {
  const usual: Manner = { isStored: !deflated, isStreamed: false, isZip64: false };
  const recipe = (name: string, source: SourceName, changes: Partial<Manner> = {}): Recipe => ({
    name,
    source,
    pack: (job) => pack(job, { ...usual, ...changes }),
  });
  return [
    deflated && recipe('deflated', 'plain'),
    stored && recipe('stored', 'plain', { isStored: true }),
    streamed && deflated && recipe('streamed', 'plain', { isStreamed: true }),
    streamed && stored && recipe('streamed, stored', 'plain', { isStreamed: true, isStored: true }),
    zip64 && recipe('zip64', 'plain', { isZip64: true }),
    zip64 && streamed && recipe('zip64, streamed', 'plain', { isZip64: true, isStreamed: true }),
    recipe('no folder entries', 'bare'),
    recipe('Unicode names', 'unicode'),
    empty && recipe('no entries', 'none'),
    empty && zip64 && recipe('no entries, zip64', 'none', { isZip64: true }),
    recipe('200 files', 'many'),
    large && recipe('above 4 GiB', 'large', { isStreamed: streamed }),
  ].filter((each) => each !== false);
}
