import { createClock } from '../../../src/clock.ts';
import { combineTraits } from '../../../src/sandbox/dialect/dialects.ts';
import type { Traits } from '../../../src/sandbox/dialect/traits.ts';
import type { Sandbox } from '../../../src/sandbox/start.ts';
import { openSandbox, type Received, send } from '../conversation.ts';

/** Sends the same requests to a sandbox, and returns its responses without random values. */
export async function converse(traits: Partial<Traits>, faults: readonly string[] = []): Promise<string> {
  const sandbox = await openSandbox(faults, { traits: combineTraits([traits]), prepareMs: 150 });
  const authorization = { authorization: `Bearer ${sandbox.token}` };
  const heard: string[] = [];
  const packageIds = new Set<string>();
  const ask = async (
    method: string,
    path: string,
    more: { body?: string; headers?: Record<string, string> } = {},
  ) => {
    const url = path.startsWith('http') ? path : `${sandbox.apiUrl}${path}`;
    const answer = await send(url, { method, ...more, headers: { ...authorization, ...more.headers } });
    const text = method === 'HEAD' || path.includes('/file/') ? '' : answer.bytes.toString('utf8');
    heard.push(withoutChance(`${method} ${answer.status} ${headersOf(answer)} ${text}`, sandbox, packageIds));
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

const DAY_MS = 86_400_000;
/** Times of packages, in each format of a dialect. */
const TIMES = /"(created\w*|creationDate|expires)":("[^"]*"|\d+|\[[\d,]+\])/gi;

/** Replaces random IDs, ports, current times, and lengths that depend on them. */
function withoutChance(text: string, { apiUrl, packages }: Sandbox, packageIds: Set<string>): string {
  // A deleted package is no longer listed.
  for (const { id } of packages.list()) packageIds.add(id);
  return [...packageIds]
    .reduce((rest, id) => rest.replaceAll(id, 'PACKAGE').replaceAll(encodeURIComponent(id), 'PACKAGE'), text)
    .replaceAll(new URL(apiUrl).origin, 'ORIGIN')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'STORAGE')
    .replaceAll(/sandbox-(?:token-)?[\da-f-]{32,36}/g, 'RANDOM')
    .replaceAll(/(?<=\/(?:file|packages)\/)[\da-f]{32}/g, 'FILE')
    .replaceAll(/(?<=Signature=)[\da-f]{64}/g, 'SIGNATURE')
    .replaceAll(/(?<=W?\/?\\")[\da-f]{24}/g, 'ETAG')
    .replaceAll(TIMES, (whole, key: string, value: string) => (isCurrent(value) ? `"${key}":TIME` : whole))
    .replaceAll(/(?<="x-ratelimit-reset":")\d{9,}/g, 'EPOCH')
    .replaceAll(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, 'DATE')
    .replaceAll(/"content-length":"\d+",?/g, '');
}

/** Whether a time, as a number, a text, or an array of parts in JSON, is not that of a media item of the library. */
function isCurrent(value: string): boolean {
  if (value.startsWith('['))
    return Number(value.slice(1, 5)) >= new Date(createClock().now() - DAY_MS).getUTCFullYear();
  const number = Number(value);
  const text = value.slice(1, -1).replace(' ', 'T');
  const timeMs = Number.isNaN(number) ? Date.parse(text) : number < 1e11 ? number * 1000 : number;
  return timeMs > createClock().now() - DAY_MS;
}
