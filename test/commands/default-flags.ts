import type { FetchFlags } from '../../src/flags/fetch-flags.ts';

/** The parsed flags of a command line without flags. */
export const DEFAULT_WAIT = { timeoutMs: 21_600_000, intervalMs: null };

export const DEFAULT_QUERY = {
  search: null,
  type: null,
  tag: null,
  speaker: null,
  channel: null,
  since: null,
  until: null,
  maxMedia: null,
};

export const DEFAULT_RECORD = { file: null, onlyNew: false };

export const DEFAULT_FETCH: FetchFlags = {
  output: null,
  toStdout: false,
  folder: null,
  extract: false,
  keepArchive: false,
  selection: { include: [], exclude: [] },
  encoding: null,
  skipUnsafe: false,
  ifExists: 'refuse',
  resume: true,
  connections: null,
  jobs: 3,
  limitRateBytesPerSecond: null,
  retries: 5,
  checksum: null,
  sha256: false,
  maxSizeBytes: null,
  ignoreSize: false,
  spaceCheck: true,
  removeAfterwards: false,
  record: DEFAULT_RECORD,
};
