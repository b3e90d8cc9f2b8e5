import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createApi } from '../../src/api/client.ts';
import { type Credential, tokenCredential } from '../../src/auth/credential.ts';
import { createClock } from '../../src/clock.ts';
import type { LockingProcess } from '../../src/disk/lock-record.ts';
import {
  downloadFile,
  type FileContext,
  type FileEvent,
  type FileRequest,
  type FileResult,
} from '../../src/download/download-file.ts';
import type { PartWriter } from '../../src/download/part/part-lock.ts';
import { type Transport } from '../../src/http/transport.ts';
import { createSemaphore } from '../../src/semaphore.ts';
import { openTransport } from './api/open-transport.ts';
import { createFastClock, type FastClock } from './fast-clock.ts';
import {
  type FaultHandler,
  type FaultRequest,
  type FaultServer,
  startFaultServer,
} from './faults/fault-server.ts';
import { bytesFor, type ServedObject } from './faults/served-object.ts';
import { commandSignal } from './process/command-signal.ts';
import { makeTempFolder } from './temp-folder.ts';

export interface DownloadScene {
  readonly server: FaultServer;
  readonly object: ServedObject;
  readonly target: string;
  readonly transport: Transport;
  readonly clock: FastClock;
  /** The events of all downloads so far. */
  readonly events: readonly FileEvent[];
  /** Downloads the object as `fetch` would. */
  download(changes?: DownloadChanges): Promise<FileResult>;
  /** The Range headers of all requests for the file so far, in order. */
  ranges(): (string | undefined)[];
  finalBytes(): Buffer | undefined;
}

/** The 3 s before a silent connection is replaced become 300 ms, and the 30 s timeout becomes 3 s. */
export const FAST = { speed: 10 };

/** Responds with a delay, so that several requests are in flight at once. */
export function slowly(handler: FaultHandler, delayMs = 60): FaultHandler {
  return async (request, reply) => {
    await delay(delayMs);
    await handler(request, reply);
  };
}

/** The requested range, ignoring its condition. */
export function askedRange(request: FaultRequest, object: ServedObject): { start: number; end: number } {
  return bytesFor(new Map([['range', request.headers.get('range') ?? '']]), object);
}

/** Whether the final file is correct. */
export function isRight(scene: DownloadScene, wanted = scene.object): boolean {
  return scene.finalBytes()?.equals(wanted.bytes) === true;
}

export function eventsOf(scene: DownloadScene, kind: FileEvent['kind']): FileEvent[] {
  return scene.events.filter((event) => event.kind === kind);
}

export interface DownloadChanges {
  readonly request?: Partial<FileRequest>;
  readonly context?: Partial<FileContext>;
  readonly credential?: Credential;
}

export interface SceneOptions {
  /** 1 by default, because real sockets take real time. */
  readonly speed?: number;
}

/** Sets up a file in the API, a folder, and the download engine, without the command line. */
export async function setDownload(
  object: ServedObject,
  handler: FaultHandler,
  { speed = 1 }: SceneOptions = {},
): Promise<DownloadScene> {
  const server = await startFaultServer(handler);
  const clock = createFastClock({ speed });
  const transport = openTransport(clock);
  const target = join(makeTempFolder(), 'object.zip');
  const events: FileEvent[] = [];
  const url = new URL(`${server.origin}/v2/downloads/file/one`);
  return {
    server,
    object,
    target,
    transport,
    clock,
    events,
    async download({ request = {}, context = {}, credential = tokenCredential('token') } = {}) {
      const api = createApi({
        transport,
        credential,
        apiUrl: new URL(`${server.origin}/v2`),
        clock,
        random: () => 0.5,
        retries: 5,
      });
      return await downloadFile(
        {
          url,
          renewUrl: async () => url,
          sizeBytes: object.bytes.length,
          maxSizeBytes: null,
          identity: { origin: server.origin, packageId: 'package', fileId: 'one' },
          expected: { mimeType: object.contentType, isCompressed: null, name: null, mustBeArchive: false },
          target,
          mayResume: true,
          ifExists: 'refuse',
          checksum: null,
          wantsSha256: false,
          checksSpace: true,
          ...request,
        },
        {
          api,
          clock,
          random: () => 0.5,
          signal: commandSignal(),
          retries: 5,
          budget: createSemaphore(8),
          connections: 4,
          limitRate: null,
          owner: ownerOf(process.pid),
          platform: process.platform,
          onEvent: (event) => events.push(event),
          ...context,
        },
      );
    },
    ranges: () => server.requests.map(({ headers }) => headers.get('range')),
    finalBytes: () => (existsSync(target) ? readFileSync(target) : undefined),
  };
}

/** The writer of a part file for that process, in real time. */
export function writerOf(pid: number): PartWriter {
  return { owner: ownerOf(pid), clock: createClock(), signal: new AbortController().signal };
}

/** The only living process, as the owner of a download's locks. */
export function ownerOf(pid: number): LockingProcess {
  return {
    pid,
    hostname: hostname(),
    isProcessAlive: (other) => other === pid,
    processStartedAt: (other) => (other === pid ? 'now' : null),
    uptimeMs: () => Number.POSITIVE_INFINITY,
  };
}
