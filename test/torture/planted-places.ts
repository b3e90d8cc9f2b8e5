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

/** A name that the program opens, and a command that does. */
export interface Spot {
  readonly name: string;
  path(place: RunPlace): string;
  readonly args: readonly string[];
  /** What the command succeeds in spite of. */
  readonly goesOn?: readonly ThingName[];
  /** The exit codes for everything else. */
  readonly exits: readonly number[];
  /** What a success leaves as a file. */
  readonly brings?: Buffer;
  /** Makes what has to be there before. */
  prepare?(place: RunPlace, api: ApiServer): void;
  env?(place: RunPlace, api: ApiServer): Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** No credential in the environment: the store is asked. */
  readonly isStored?: boolean;
  /** The user has said that what is there is to be replaced. */
  readonly mayReplace?: boolean;
  /** It lies in a folder of the program's own, which gets another name before anything is looked at. */
  readonly isMoved?: boolean;
  /** What can be read and used: a failure afterwards is about something else. */
  readonly isUsable?: readonly ThingName[];
  /** Which package: that of one small archive, or that with an entry of 65 MiB. */
  readonly isLarge?: boolean;
  /** A file of the user's, which is read and never written. */
  readonly isInput?: boolean;
}

/** No process has this number: pid_max of Linux is 2^22. */
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
/** One stored entry, large enough to be continued piece by piece. */
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

/** The bytes of what is fetched. */
const BRINGS = { brings: SMALL.bytes };
const LOCKS: readonly ThingName[] = ['empty file', 'garbage'];

const DOWNLOAD_SPOTS: readonly Spot[] = [
  // A folder there already is one to download into.
  {
    name: 'the target',
    path: inCwd('object.zip'),
    args: FETCH,
    goesOn: ['folder'],
    exits: [9, 13],
    ...BRINGS,
  },
  {
    name: 'the target, to be replaced',
    path: inCwd('object.zip'),
    args: [...FETCH, '--overwrite'],
    goesOn: [...PLAIN, 'folder', 'link to a file elsewhere', 'link to nothing', 'unreadable file'],
    exits: [9, 13],
    mayReplace: true,
    ...BRINGS,
  },
  {
    name: 'the target, to be left',
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
      name: `${ending} of a file that is there`,
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
    name: 'the folder unpacked into',
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
    name: 'the name of an entry',
    path: inCwd('out/clips/one.txt'),
    args: UNPACK,
    exits: [13],
    prepare: (place) => mkdirSync(join(place.cwd, 'out', 'clips'), { recursive: true }),
  },
  {
    name: 'the name of an entry, to be replaced',
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

/** Client credentials as `login` has stored them, so that tokens are kept. */
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
    name: 'config.json, to be changed',
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
    name: 'the folder of the store, to be written',
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
    // Authorities are read where a secure connection needs them.
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
