import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { combineTraits, DIALECT_NAMES, parseDialect } from '../../src/sandbox/dialect/dialects.ts';
import { DEFAULT_TRAITS, TRAIT_NAMES, TRAITS, type Traits } from '../../src/sandbox/dialect/traits.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { runCommand } from '../commands/run-command.ts';
import { openSandbox, type Received, send } from './conversation.ts';

describe('--dialect', () => {
  test('list prints every dialect with its description, and exits', async () => {
    const run = await runCommand(['sandbox', '--dialect', 'list']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines).toEqual(DIALECT_NAMES.map(({ name, description }) => `${name}  ${description}`));
    expect(lines.length).toBeGreaterThanOrEqual(12);
  });

  test.each([
    ['none-such', 'unknown dialect "none-such"', 'spring'],
    ['colour=red', 'unknown trait "colour"', 'zip-type'],
    ['list=tree', '"tree" is not a value of list', 'entities'],
  ])('%s exits with 2 and lists the valid names', async (word, message, known) => {
    const run = await runCommand(['sandbox', '--dialect', word]);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain(known);
  });

  test('docs/sandbox.md lists exactly these dialects', () => {
    const text = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
    const [, chapter = ''] = text.split('\n## Dialects\n');
    const listed = [...chapter.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual(DIALECT_NAMES.map(({ name }) => name));
  });

  test('later dialects override earlier ones, and a dialect has the large library', () => {
    const traits = combineTraits(['s3', 'zip-type=none'].map(parseDialect));
    expect(traits).toMatchObject({
      library: 'large',
      'file-url': 'presigned',
      'zip-type': 'none',
      list: 'array',
    });
    expect(combineTraits([])).toEqual(DEFAULT_TRAITS);
  });
});

/** Traits that only have an effect together with others. */
const NEEDS: Partial<Record<keyof Traits, Partial<Traits>>> = {
  'rate-header': { 'create-first': '429' },
  location: { create: 'accepted-location' },
  'type-case': { 'type-key': 'type' },
};

const CASES = TRAIT_NAMES.flatMap((name) =>
  TRAITS[name].values.slice(1).map((value) => [name, value] as const),
);

test.each(CASES)('the trait %s=%s changes the responses', async (name, value) => {
  const faults = name === 'failed-word' ? ['job-fails'] : [];
  const base = NEEDS[name] ?? {};
  const usual = await converseUsually(base, faults);
  expect(await converse({ ...base, [name]: value }, faults)).not.toBe(usual);
});

const USUAL = new Map<string, string>();

/** The conversation without the trait. It must be the same each time, so that a difference means something. */
async function converseUsually(base: Partial<Traits>, faults: readonly string[]): Promise<string> {
  const key = JSON.stringify([base, faults]);
  const known = USUAL.get(key);
  if (known !== undefined) return known;
  const usual = await converse(base, faults);
  expect(await converse(base, faults)).toBe(usual);
  USUAL.set(key, usual);
  return usual;
}

/** Sends the same requests to any sandbox, and removes random values from the responses. */
async function converse(traits: Partial<Traits>, faults: readonly string[]): Promise<string> {
  const sandbox = await openSandbox(faults, { traits: combineTraits([traits]), prepareMs: 150 });
  const authorization = { authorization: `Bearer ${sandbox.token}` };
  const heard: string[] = [];
  const ask = async (
    method: string,
    path: string,
    more: { body?: string; headers?: Record<string, string> } = {},
  ) => {
    const url = path.startsWith('http') ? path : `${sandbox.apiUrl}${path}`;
    const answer = await send(url, { method, ...more, headers: { ...authorization, ...more.headers } });
    const text = method === 'HEAD' || path.includes('/file/') ? '' : answer.bytes.toString('utf8');
    heard.push(withoutChance(`${method} ${answer.status} ${headersOf(answer)} ${text}`, sandbox));
    return answer.bytes.toString('utf8');
  };
  const { library } = sandbox;
  const id = (name: string) =>
    encodeURIComponent(library.media.find((medium) => medium.name === name)?.id ?? '');
  const create = async () => {
    const body = JSON.stringify({
      title: 'Grüße',
      selectedMediaIds: [decodeURIComponent(id('Podcast 1: archives'))],
    });
    await ask('POST', '/downloads', { body, headers: { 'content-type': 'application/json' } });
  };
  await ask('GET', '/media');
  await ask('GET', '/media?perpage=5&page=1');
  await ask('GET', '/media?perpage=50');
  await ask('GET', '/media?perpage=50&page=9');
  await ask('GET', '/media?filter=type=audio');
  await ask('GET', '/search?type=mediaasset&text=demo&assetTypes=audio');
  await ask('GET', '/search?type=mediaasset&text=nothing-of-that-name');
  await ask('GET', `/media/${id('Welcome to Streamdiver')}/metadata/transcripts?page=1`);
  await ask('GET', `/media/${id('Logo')}/metadata/transcripts`);
  await ask('GET', '/media/no-id');
  await create();
  await create();
  const [first] = sandbox.packages.list();
  if (first === undefined) throw new Error('nothing was created');
  const path = `/downloads/${encodeURIComponent(first.id)}`;
  await ask('GET', path);
  await first.built;
  await new Promise((resolve) => setTimeout(resolve, 160));
  const described = await ask('GET', path);
  const [, url] = /"url":"([^"]+)"/.exec(described) ?? [];
  if (url !== undefined) {
    const absolute = new URL(url, `${sandbox.apiUrl}/`).href;
    await ask('GET', absolute, { headers: { range: 'bytes=0-9' } });
    await ask('HEAD', absolute);
  }
  await ask('DELETE', path);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: sandbox.clientId,
    client_secret: sandbox.clientSecret,
  });
  await ask('POST', `${sandbox.ssoUrl}/realms/sandbox/protocol/openid-connect/token`, {
    body: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  return heard.join('\n');
}

function headersOf(answer: Received): string {
  const { date, connection: _connection, 'keep-alive': _keepAlive, ...headers } = answer.headers;
  const isOtherClock = new Date(date ?? '').getFullYear() > new Date().getFullYear() + 5;
  return JSON.stringify({ ...headers, 'last-modified': undefined, isOtherClock });
}

/** Replaces random IDs, ports, current times, and the lengths that depend on them. */
function withoutChance(text: string, { apiUrl, packages }: Sandbox): string {
  const ids = packages.list().map(({ id }) => id);
  return ids
    .reduce((rest, id) => rest.replaceAll(id, 'PACKAGE').replaceAll(encodeURIComponent(id), 'PACKAGE'), text)
    .replaceAll(new URL(apiUrl).origin, 'ORIGIN')
    .replaceAll(/sandbox-(?:token-)?[\da-f-]{32,36}/g, 'RANDOM')
    .replaceAll(/(?<=\/file\/)[\da-f]{32}/g, 'FILE')
    .replaceAll(/(?<=W?\/?\\")[\da-f]{24}/g, 'ETAG')
    .replaceAll(/(?<="(?:created|expires)":")[^".]*Z/g, 'TIME')
    .replaceAll(/(?<="x-ratelimit-reset":")\d{9,}/g, 'EPOCH')
    .replaceAll(/"content-length":"\d+",?/g, '');
}
