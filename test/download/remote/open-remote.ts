import { anonymousCredential } from '../../../src/auth/credential.ts';
import type { HttpSource } from '../../../src/download/remote/http-source.ts';
import {
  type HttpSourceOpening,
  type HttpSourceRequest,
  openHttpSource,
} from '../../../src/download/remote/open-http-source.ts';
import { createRateLimit } from '../../../src/download/transfer/rate-limit.ts';
import { createSemaphore } from '../../../src/semaphore.ts';
import { openClient } from '../../support/api/open-client.ts';
import { createFastClock, type FastClock } from '../../support/fast-clock.ts';
import type { FaultServer } from '../../support/faults/fault-server.ts';
import { commandSignal } from '../../support/process/command-signal.ts';

export interface RemoteOptions extends Partial<HttpSourceRequest> {
  readonly retries?: number;
  readonly connections?: number;
  /** The value of `--limit-rate`. */
  readonly bytesPerSecond?: number | null;
  readonly clock?: FastClock;
  readonly signal?: AbortSignal;
  /** Collects the messages of retried failures. */
  readonly retried?: string[];
}

/** Opens `/object` of a server like the program does, over real connections. */
export async function openRemote(
  server: FaultServer,
  {
    retries = 3,
    connections = 4,
    bytesPerSecond = null,
    clock = createFastClock(),
    signal,
    retried = [],
    ...request
  }: RemoteOptions = {},
): Promise<HttpSourceOpening> {
  const random = () => 0.5;
  const api = openClient(server, { clock, credential: anonymousCredential, random, retries });
  const url = new URL(`${server.origin}/object`);
  return await openHttpSource(
    {
      url,
      renewUrl: async () => url,
      sizeBytes: null,
      tailBytes: 1000,
      inspectStart: () => undefined,
      ...request,
    },
    {
      api,
      clock,
      random,
      signal: signal ?? commandSignal(),
      retries,
      connections: createSemaphore(connections),
      limitRate: bytesPerSecond === null ? null : createRateLimit(bytesPerSecond, clock),
      onRetry: ({ error }) => retried.push(error.message),
    },
  );
}

/** Like `openRemote`, but throws if the server does not support ranges. */
export async function openRemoteSource(
  server: FaultServer,
  options: RemoteOptions = {},
): Promise<HttpSource> {
  const opening = await openRemote(server, options);
  if (opening.kind !== 'source') throw new Error(`no source: ${opening.reason}`);
  return opening.source;
}

/** The Range headers that a server received, in order. */
export function rangesAsked(server: FaultServer): (string | undefined)[] {
  return server.requests.map(({ headers }) => headers.get('range'));
}
