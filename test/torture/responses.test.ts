import { request } from 'node:http';
import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.ts';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { startApi } from '../support/api/api-server.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { formatHead } from '../support/faults/fault-response.ts';
import { type FaultRequest, startFaultServer } from '../support/faults/fault-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { runCli } from '../support/process/run-cli.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';
import { mutate, pick, type ServedResponse } from './mutate-response.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally, removePlace, type Tally } from './tally.ts';

const MEDIUM_ID = '7e0c2b9e-7d41-4a36-9e58-c1d2e3f4a501';
const CLIENT = {
  STREAMDIVER_TENANT: 'acme',
  STREAMDIVER_CLIENT_ID: 'me',
  STREAMDIVER_CLIENT_SECRET: 'client-SECRET-0001',
};
const FETCH = ['fetch', PACKAGE_ID, '--timeout', '60s', '--retries', '2'];

/** Commands that read different responses. The sign-in service takes part where there is no token. */
const COMMANDS: readonly {
  readonly args: readonly string[];
  readonly isClient?: boolean;
  readonly isData?: boolean;
}[] = [
  { args: ['list'] },
  { args: ['list', '--json'] },
  { args: ['list', '--all', '--format', 'tsv'] },
  { args: ['list', '--json'], isClient: true },
  { args: ['list', '--fields', 'id,status,files,other', '--sort', 'created:desc'] },
  { args: ['status', PACKAGE_ID] },
  { args: ['status', PACKAGE_ID, '--wait', '--timeout', '60s', '--json'] },
  { args: ['status', PACKAGE_ID.slice(0, 8), '--json'] },
  { args: [...FETCH, '-o', 'object.zip', '--json'] },
  { args: [...FETCH, '-D', 'out', '--progress', 'json'] },
  { args: [...FETCH, '-x', '-D', 'out', '--json'] },
  { args: [...FETCH, '-o', '-'], isData: true },
  { args: [...FETCH, '-D', 'out', '--rm', '--json'] },
  { args: ['contents', PACKAGE_ID, '--json'] },
  { args: ['rm', PACKAGE_ID, '-y', '--json'] },
  { args: ['rm', '--status', 'ready', '-y'] },
  { args: ['media', 'list', '--json'] },
  { args: ['media', 'list', 'talk', '--type', 'video'] },
  { args: ['media', 'show', MEDIUM_ID] },
  { args: ['media', 'show', MEDIUM_ID, '--json'] },
  { args: ['create', '-m', MEDIUM_ID, '--json'] },
  { args: ['create', '-m', MEDIUM_ID, '--transcripts', 'srt,txt', '--title', 'a', '--json'] },
  { args: ['create', '-m', MEDIUM_ID, '--wait', '--timeout', '60s'] },
  { args: ['create', '-m', MEDIUM_ID, '--fetch', '--timeout', '60s', '-D', 'out', '--json'], isClient: true },
  { args: ['whoami', '--json'] },
  { args: ['whoami'], isClient: true },
  { args: ['__complete', 'zsh', '--', 'fetch', ''] },
];
const DOCUMENTED: ReadonlySet<number> = new Set([
  0,
  ...Object.values(EXIT_CODES).filter((code) => code !== EXIT_CODES.INTERNAL),
]);

test(`case 40: all commands handle mutated responses (seed ${SEED})`, TIME_LIMIT, async () => {
  const random = pseudoRandom(SEED);
  const tally = createTally();
  const runs = scaled({ sample: 4, full: 100 }) * COMMANDS.length;
  for (let index = 0; index < runs; index += 1) {
    const command = COMMANDS[index % COMMANDS.length];
    if (command !== undefined) await torment(tally, command, pseudoRandom(random() + index), index);
  }
  report('mutated responses', tally);
  expect(tally).toMatchObject(ALL_WELL);
});

/** runCli() checks the invariants of every run: no bug, no stack, no secret, no control character, one document. */
async function torment(
  tally: Tally,
  { args, isClient, isData }: (typeof COMMANDS)[number],
  random: () => number,
  index: number,
): Promise<void> {
  const { origin, mutations } = await startMutatingApi(random);
  const place: RunPlace = makePlace();
  tally.runs += 1;
  try {
    const run = await runCli(args, {
      api: { origin, requests: [] },
      place,
      clock: createFastClock({ speed: 200 }),
      ...(isClient === true ? { token: null, env: CLIENT, secrets: [CLIENT.STREAMDIVER_CLIENT_SECRET] } : {}),
      ...(isData === true ? { isOutputData: true } : {}),
    });
    if (!DOCUMENTED.has(run.exitCode)) throw new Error(`undocumented exit code ${run.exitCode}`);
  } catch (error) {
    tally.wrongExit += 1;
    const what =
      error instanceof Error ? error.message.slice(0, 2_000) : 'a thrown value that is not an Error';
    if (tally.problems.length < 20)
      tally.problems.push(`run ${index}: ${args.join(' ')}\n${mutations.join('\n')}\n${what}`);
  } finally {
    await removePlace(place);
  }
}

/** A proxy in front of a well-behaved API that mutates every other response on average. */
async function startMutatingApi(
  random: () => number,
): Promise<{ origin: string; mutations: readonly string[] }> {
  const mutations: string[] = [];
  const api = await startApi({
    files: { one: makeZipObject(3_000) },
    media: [{ id: MEDIUM_ID, name: 'A talk', type: 'video' }],
    transcripts: { [MEDIUM_ID]: [{ id: 'transcript-1', languageCode: 'en' }] },
  });
  const front = await startFaultServer(async (incoming, reply) => {
    const original = await forward(incoming, api.origin);
    const text = original.body.toString('latin1').replaceAll(api.origin, front.origin);
    const response = { ...original, body: Buffer.from(text, 'latin1') };
    const served = pick([true, false], random) ? mutate(response, random) : response;
    if (served !== response) mutations.push(`${incoming.method} ${incoming.path}: ${describe(served)}`);
    const headers = served.headers.filter(
      ([name]) => !/^(content-length|connection|transfer-encoding)$/i.test(name),
    );
    await reply.raw(formatHead(served.status, [...headers, ['Content-Length', served.body.length]]));
    await reply.raw(served.body);
  });
  return { origin: front.origin, mutations };
}

function describe({ status, headers, body }: ServedResponse): string {
  return `${status} ${JSON.stringify(headers.at(-1))} ${body.toString('utf8').slice(0, 400)}`;
}

function forward(incoming: FaultRequest, origin: string): Promise<ServedResponse> {
  return new Promise((resolve, reject) => {
    const url = new URL(origin);
    const headers = Object.fromEntries([...incoming.headers].filter(([name]) => name !== 'host'));
    const query = incoming.query.size === 0 ? '' : `?${incoming.query.toString()}`;
    const options = {
      host: url.hostname,
      port: url.port,
      method: incoming.method,
      path: incoming.path + query,
      headers,
    };
    const outgoing = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const entries = Object.entries(response.headers).map(
          ([name, value]) => [name, [value].flat().join(', ')] as const,
        );
        resolve({ status: response.statusCode ?? 0, headers: entries, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(incoming.body);
  });
}
