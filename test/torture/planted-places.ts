import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import type { ApiServer } from '../support/api/api-server.ts';
import { pseudoRandomBytes } from '../support/bytes.ts';
import type { ServedObject } from '../support/faults/served-object.ts';
import { CANARY_TOKEN } from '../support/process/canary.ts';
import type { RunPlace } from '../support/process/run-place.ts';
import { makeZip } from '../support/zip-maker.ts';
import { ALL, LINKS, PLAIN, type ThingName } from './planted-things.ts';

/** A path that the program opens, and a command that opens it. */
export interface Spot {
  readonly name: string;
  path(place: RunPlace): string;
  readonly args: readonly string[];
  /** Things at this path that do not stop the command from succeeding. */
  readonly goesOn?: readonly ThingName[];
  /** The exit codes allowed for everything else. */
  readonly exits: readonly number[];
  /** The content of the file that a success leaves. */
  readonly brings?: Buffer;
  /** Creates what must exist first. */
  prepare?(place: RunPlace, api: ApiServer): void;
  env?(place: RunPlace, api: ApiServer): Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** No credential in the environment, so the program reads the store. */
  readonly isStored?: boolean;
  /** The user asked to replace an existing file. */
  readonly mayReplace?: boolean;
  /** The path is in one of the program's own folders, which the program renames before it reads anything. */
  readonly isMoved?: boolean;
  /** Things that are readable and usable, so a later failure has another reason. */
  readonly isUsable?: readonly ThingName[];
  /** Uses the package with a 65 MiB entry instead of the small archive. */
  readonly isLarge?: boolean;
  /** A user's file, which the program reads but never writes. */
  readonly isInput?: boolean;
}

/** No process has this ID: pid_max on Linux is 2^22. */
const DEAD = 4_194_305;
const HOST = createHash('sha256')
  .update(hostname().split('.')[0]?.toLowerCase() ?? '')
  .digest('hex')
  .slice(0, 8);
const OWN = `.streamdiver-dl-${HOST}-${DEAD}-000000000000`;

const ENTRY = Buffer.from('one');
const FILM = 'film.mp4';
const film = Buffer.concat(Array.from({ length: 65 }, () => pseudoRandomBytes(1_048_576, 3)));
export const SMALL = served(makeZip([{ name: 'clips/one.txt', content: ENTRY }]));
/** One stored entry, large enough to be resumed in pieces. */
export const LARGE = served(makeZip([{ name: FILM, content: film }]));

function served(bytes: Buffer): ServedObject {
  return { bytes, contentType: 'application/zip', etag: `"${bytes.length}"` };
}

const FETCH = ['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'];
const UNPACK = ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--json'];
const UNPACK_LARGE = ['fetch', PACKAGE_ID, '-x', '--include', FILM, '-D', 'out', '--json'];
const STATUS = ['status', PACKAGE_ID, '--json'];
const SET = ['config', 'set', 'apiUrl', 'http://127.0.0.1:1/v2'];
const LOGIN = ['login', '--with-token', '--no-verify'];

const inCwd = (name: string) => (place: RunPlace) => join(place.cwd, name);
const inConfig = (name: string) => (place: RunPlace) => join(place.configDir, name);

/** The bytes of the fetched file. */
const BRINGS = { brings: SMALL.bytes };
const LOCKS: readonly ThingName[] = ['empty file', 'garbage'];

const DOWNLOAD_SPOTS: readonly Spot[] = [
  // An existing folder is where the download goes.
  {
    name: 'the target',
    path: inCwd('object.zip'),
    args: FETCH,
    goesOn: ['folder'],
    exits: [9, 13],
    ...BRINGS,
  },
  {
    name: 'the target with --overwrite',
    path: inCwd('object.zip'),
    args: [...FETCH, '--overwrite'],
    goesOn: [...PLAIN, 'folder', 'link to a file elsewhere', 'link to nothing', 'unreadable file'],
    exits: [9, 13],
    mayReplace: true,
    ...BRINGS,
  },
  {
    name: 'the target with --skip-existing',
    path: inCwd('object.zip'),
    args: [...FETCH, '--skip-existing'],
    goesOn: [...PLAIN, 'folder'],
    exits: [9, 13],
  },
  ...(
    [
      ['.part', ['empty file'], PLAIN],
      ['.part.json', [...LOCKS, 'journal of 100,000 ranges'], [...LOCKS, 'journal of 100,000 ranges']],
      ['.part.lock', LOCKS, LOCKS],
    ] as const
  ).flatMap(([ending, goesOn, goesOnWithoutResume]): Spot[] => [
    { name: ending, path: inCwd(`object.zip${ending}`), args: FETCH, goesOn, exits: [9, 13], ...BRINGS },
    {
      name: `${ending} with --no-resume`,
      path: inCwd(`object.zip${ending}`),
      args: [...FETCH, '--no-resume'],
      goesOn: goesOnWithoutResume,
      exits: [9, 13],
      ...BRINGS,
    },
    {
      name: `${ending} of an existing file`,
      path: inCwd(`object.zip${ending}`),
      args: FETCH,
      goesOn: ALL,
      exits: [],
      prepare: (place: RunPlace) => writeFileSync(join(place.cwd, 'object.zip'), SMALL.bytes),
      ...BRINGS,
    },
  ]),
  ...['tmp', 'lock'].map((ending) => ({
    name: `a temporary file ending in .${ending}`,
    path: inCwd(`${OWN}.${ending}`),
    args: FETCH,
    goesOn: ALL,
    exits: [],
    ...BRINGS,
  })),
  {
    name: 'the folder of the target',
    path: inCwd('deep'),
    args: ['fetch', PACKAGE_ID, '-D', 'deep/down', '--json'],
    goesOn: ['folder'],
    exits: [9, 13],
    ...BRINGS,
  },
];

const makeOut = (place: RunPlace) => mkdirSync(join(place.cwd, 'out'));
const makeStaging = (place: RunPlace) => mkdirSync(join(place.cwd, 'out', OWN), { recursive: true });
const KEY = createHash('sha256')
  .update(`${FILM}\0${film.length}\0${crc32(film)}`)
  .digest('hex')
  .slice(0, 32);

const UNPACK_SPOTS: readonly Spot[] = [
  {
    name: 'the target folder of -x',
    path: inCwd('out'),
    args: UNPACK,
    goesOn: ['folder'],
    exits: [9, 13],
    brings: ENTRY,
  },
  {
    name: 'a staging folder',
    path: inCwd(`out/${OWN}`),
    args: UNPACK,
    goesOn: ALL,
    exits: [],
    brings: ENTRY,
    prepare: makeOut,
  },
  {
    name: 'a file in a staging folder',
    path: inCwd(`out/${OWN}/0.tmp`),
    args: UNPACK,
    goesOn: ALL,
    exits: [],
    brings: ENTRY,
    prepare: makeStaging,
  },
  {
    name: 'a part in a staging folder',
    path: (place) => join(place.cwd, 'out', OWN, `${KEY}.part`),
    args: UNPACK_LARGE,
    goesOn: ALL.filter((name) => name !== 'unreadable file'),
    exits: [9],
    brings: film,
    isMoved: true,
    prepare: makeStaging,
    isLarge: true,
  },
  {
    name: 'the journal of a part in a staging folder',
    path: (place) => join(place.cwd, 'out', OWN, `${KEY}.part.json`),
    args: UNPACK_LARGE,
    goesOn: ALL.filter((name) => name !== 'unreadable file'),
    exits: [9],
    brings: film,
    isMoved: true,
    prepare(place) {
      makeStaging(place);
      writeFileSync(join(place.cwd, 'out', OWN, `${KEY}.part`), 'the beginning');
    },
    isLarge: true,
  },
  {
    name: 'the path of an entry',
    path: inCwd('out/clips/one.txt'),
    args: UNPACK,
    exits: [13],
    prepare: (place) => mkdirSync(join(place.cwd, 'out', 'clips'), { recursive: true }),
  },
  {
    name: 'the path of an entry with --overwrite',
    path: inCwd('out/clips/one.txt'),
    args: [...UNPACK, '--overwrite'],
    goesOn: [...PLAIN, ...LINKS, 'unreadable file'],
    exits: [13],
    brings: ENTRY,
    prepare: (place) => mkdirSync(join(place.cwd, 'out', 'clips'), { recursive: true }),
    mayReplace: true,
  },
  {
    name: 'a folder of an entry',
    path: inCwd('out/clips'),
    args: UNPACK,
    goesOn: ['folder'],
    exits: [12, 13],
    brings: ENTRY,
    prepare: makeOut,
  },
];

const makeConfig = (place: RunPlace) => mkdirSync(place.configDir, { recursive: true, mode: 0o700 });

/** Stores client credentials as `login` does, so that the program caches tokens. */
function storeClient(place: RunPlace, api: ApiServer): void {
  makeConfig(place);
  const client = {
    kind: 'client',
    tenant: 'acme',
    clientId: 'me',
    clientSecret: CANARY_TOKEN,
    ssoUrl: api.origin,
  };
  const document = { version: 1, profiles: { default: { [api.origin]: client } } };
  writeFileSync(join(place.configDir, 'credentials.json'), JSON.stringify(document), { mode: 0o600 });
}

const STORE_SPOTS: readonly Spot[] = [
  { name: 'config.json', path: inConfig('config.json'), args: STATUS, exits: [2], prepare: makeConfig },
  {
    name: 'config.json with config set',
    path: inConfig('config.json'),
    args: SET,
    exits: [2],
    prepare: makeConfig,
  },
  {
    name: 'config.json at login',
    path: inConfig('config.json'),
    args: LOGIN,
    input: CANARY_TOKEN,
    goesOn: PLAIN,
    exits: [2],
    prepare: makeConfig,
  },
  {
    name: 'config.json at a completion',
    path: inConfig('config.json'),
    args: ['__complete', 'zsh', '--', 'list', '--profile', ''],
    goesOn: ALL,
    exits: [],
    prepare: makeConfig,
  },
  {
    name: 'credentials.json',
    path: inConfig('credentials.json'),
    args: STATUS,
    isStored: true,
    exits: [2],
    prepare: makeConfig,
  },
  {
    name: 'credentials.json at login',
    path: inConfig('credentials.json'),
    args: LOGIN,
    input: CANARY_TOKEN,
    goesOn: PLAIN,
    exits: [2],
    prepare: makeConfig,
  },
  {
    name: 'credentials.json at a completion',
    path: inConfig('credentials.json'),
    args: ['__complete', 'zsh', '--', 'fetch', ''],
    isStored: true,
    goesOn: ALL,
    exits: [],
    prepare: makeConfig,
  },
  ...(
    [
      ['credential-cache.json', PLAIN],
      ['credential-cache.json.lock', [...LOCKS, 'unreadable file']],
    ] as const
  ).map(([name, goesOn]) => ({
    name,
    path: inConfig(name),
    args: STATUS,
    isStored: true,
    goesOn,
    exits: [2],
    prepare: storeClient,
  })),
  {
    name: 'store.lock',
    path: inConfig('store.lock'),
    args: SET,
    goesOn: LOCKS,
    exits: [2, 9],
    prepare: makeConfig,
  },
  ...['config.json', 'store.lock'].map((name) => ({
    name: `a temporary ${name}`,
    path: inConfig(`.new-${DEAD}-${name}`),
    args: SET,
    goesOn: ALL,
    exits: [],
    prepare: makeConfig,
  })),
  {
    name: 'the folder of the store',
    path: (place) => place.configDir,
    args: STATUS,
    goesOn: ['folder', 'link to nothing'],
    exits: [2],
  },
  {
    name: 'the folder of the store with config set',
    path: (place) => place.configDir,
    args: SET,
    goesOn: ['folder'],
    exits: [2, 13],
  },
  {
    name: 'the folder of the store at a completion',
    path: (place) => place.configDir,
    args: ['__complete', 'zsh', '--', 'fetch', ''],
    goesOn: ALL,
    exits: [],
  },
  {
    name: 'completion.json',
    path: inConfig('completion.json'),
    args: ['__complete', 'zsh', '--', 'fetch', ''],
    goesOn: ALL,
    exits: [],
    prepare: makeConfig,
  },
];

const INPUT = 'input.txt';

const INPUT_SPOTS: readonly Spot[] = [
  {
    name: 'STREAMDIVER_TOKEN_FILE',
    path: inCwd(INPUT),
    isInput: true,
    args: STATUS,
    isStored: true,
    exits: [2, 4],
    isUsable: ['link to a file elsewhere'],
    env: (place) => ({ STREAMDIVER_TOKEN_FILE: inCwd(INPUT)(place) }),
  },
  {
    name: 'STREAMDIVER_CLIENT_SECRET_FILE',
    path: inCwd(INPUT),
    isInput: true,
    args: STATUS,
    isStored: true,
    goesOn: ['link to a file elsewhere'],
    exits: [2, 4],
    env: (place) => ({
      STREAMDIVER_TENANT: 'acme',
      STREAMDIVER_CLIENT_ID: 'me',
      STREAMDIVER_CLIENT_SECRET_FILE: inCwd(INPUT)(place),
    }),
  },
  {
    name: '--cacert',
    path: inCwd(INPUT),
    isInput: true,
    args: ['list', '--cacert', INPUT, '--json'],
    exits: [2],
    // The CA file is only read for an HTTPS connection.
    env: () => ({ STREAMDIVER_API_URL: 'https://127.0.0.1:1/v2' }),
  },
  {
    name: 'config set cacert',
    path: inCwd(INPUT),
    isInput: true,
    args: ['config', 'set', 'cacert', INPUT],
    exits: [2],
  },
  {
    name: '--from-file',
    path: inCwd(INPUT),
    isInput: true,
    args: ['create', '--from-file', INPUT, '--json'],
    exits: [2],
    isUsable: ['journal of 100,000 ranges'],
  },
  {
    name: 'the folder for temporary files',
    path: inCwd(INPUT),
    isInput: true,
    args: ['demo'],
    goesOn: ['folder'],
    exits: [9],
    env: (place) => ({ TMPDIR: inCwd(INPUT)(place) }),
  },
];

export const SPOTS: readonly Spot[] = [...DOWNLOAD_SPOTS, ...UNPACK_SPOTS, ...STORE_SPOTS, ...INPUT_SPOTS];
