import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { DownloadPackage, MediaAsset, Transcript } from '../../src/api/wire.ts';
import { parseFault } from '../../src/sandbox/faults/faults.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start.ts';
import { afterThisTest } from '../support/after-this-test.ts';
import { validateAnswer } from '../support/api/openapi.ts';

/** A sandbox with the given faults (such as `cut=100`), closed when the test ends. */
export async function openSandbox(
  faults: string | readonly string[] = [],
  options: Partial<SandboxOptions> = {},
): Promise<Sandbox> {
  const texts = typeof faults === 'string' ? [faults] : faults;
  const sandbox = await startSandbox({ port: 0, prepareMs: 0, faults: texts.map(parseFault), ...options });
  afterThisTest(() => sandbox.close());
  return sandbox;
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** False when the connection ended before the message did. */
  readonly isComplete: boolean;
}

export interface SendOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Stops reading after this time and resolves with what it has received. */
  readonly patienceMs?: number;
}

/** Sends one request on its own connection, with the path unchanged. Rejects if no response starts. */
export function send(url: string, options: SendOptions = {}): Promise<Received> {
  const { method = 'GET', headers = {}, body, patienceMs = 10_000 } = options;
  const [, host = '', port = '', path = '/'] = /^http:\/\/([^:/]+):(\d+)(.*)$/s.exec(url) ?? [];
  return new Promise((resolve, reject) => {
    let hasBegun = false;
    const outgoing = httpRequest({ host, port, path, method, headers, agent: false }, (incoming) => {
      hasBegun = true;
      const chunks: Buffer[] = [];
      const settle = () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          bytes: Buffer.concat(chunks),
          isComplete: incoming.complete,
        });
      const timer = setTimeout(() => {
        settle();
        outgoing.destroy();
      }, patienceMs);
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', () => undefined);
      incoming.on('close', () => {
        clearTimeout(timer);
        settle();
      });
    });
    const timer = setTimeout(() => outgoing.destroy(new Error('no answer in time')), 10_000);
    // After a response has started, its `close` event settles the promise with what was received.
    outgoing.on('error', (error) => hasBegun || reject(error));
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.end(body);
  });
}

export function bearer(sandbox: Sandbox): Record<string, string> {
  return { authorization: `Bearer ${sandbox.token}` };
}

export interface ApiAnswer<Data = unknown> extends Received {
  readonly body: { readonly status?: string; readonly data: Data; readonly message?: string };
}

/** An API call with the token of the sandbox. Validates the response against docs/openapi.yaml. */
export async function call<Data = unknown>(
  sandbox: Sandbox,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<ApiAnswer<Data>> {
  const answer = await callUnchecked<Data>(sandbox, method, path, options);
  validateAnswer(method, `/v2${path}`, answer.status, answer.body);
  return answer;
}

/** Like `call`, for faults whose responses docs/openapi.yaml does not describe. */
export async function callUnchecked<Data = unknown>(
  sandbox: Sandbox,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<ApiAnswer<Data>> {
  const { body, headers = bearer(sandbox) } = options;
  const received = await send(`${sandbox.apiUrl}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { ...received, body: JSON.parse(received.bytes.toString('utf8')) };
}

export async function listAllMedia(sandbox: Sandbox): Promise<MediaAsset[]> {
  return (await call<MediaAsset[]>(sandbox, 'GET', '/media?perpage=50')).body.data;
}

export async function mediumNamed(sandbox: Sandbox, name: string): Promise<MediaAsset> {
  const medium = (await listAllMedia(sandbox)).find((candidate) => candidate.name === name);
  if (medium === undefined) throw new Error(`the library has no ${name}`);
  return medium;
}

export async function transcriptsOf(sandbox: Sandbox, medium: MediaAsset): Promise<Transcript[]> {
  return (await call<Transcript[]>(sandbox, 'GET', `/media/${medium.id}/metadata/transcripts`)).body.data;
}

/** Creates a package, by default with the longest audio. */
export async function createPackage(
  sandbox: Sandbox,
  body?: object,
  headers?: Readonly<Record<string, string>>,
): Promise<DownloadPackage> {
  const selection = body ?? { selectedMediaIds: [(await mediumNamed(sandbox, 'Podcast 1: archives')).id] };
  const options = { body: selection, ...(headers === undefined ? {} : { headers }) };
  const answer = await callUnchecked<DownloadPackage>(sandbox, 'POST', '/downloads', options);
  if (answer.status !== 201) throw new Error(`create returned ${answer.status} ${answer.bytes.toString()}`);
  return answer.body.data;
}

/** Polls a package until `isEnough`, by default until it has files. */
export async function waitForPackage(
  sandbox: Sandbox,
  id: string,
  isEnough: (item: DownloadPackage) => boolean = (item) => item.files !== undefined,
  headers: Readonly<Record<string, string>> = bearer(sandbox),
): Promise<DownloadPackage> {
  for (let look = 0; look < 500; look += 1) {
    const path = `/downloads/${encodeURIComponent(id)}`;
    const { body } = await callUnchecked<DownloadPackage>(sandbox, 'GET', path, { headers });
    if (isEnough(body.data)) return body.data;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`package ${id} did not reach the expected state`);
}

/** Creates a package and returns its only file when it is ready. */
export async function makeFile(sandbox: Sandbox, body?: object): Promise<{ url: string; size: number }> {
  const { id } = await createPackage(sandbox, body);
  const { files } = await waitForPackage(sandbox, id);
  const [file] = files ?? [];
  if (file === undefined) throw new Error('the package has no file');
  return file;
}

/** Requests a file with the token of the sandbox. */
export function get(
  sandbox: Sandbox,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  options: SendOptions = {},
): Promise<Received> {
  return send(url, { ...options, headers: { ...bearer(sandbox), ...headers } });
}
