import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Traits } from '../dialect/traits.ts';
import type { ActiveFaults } from '../faults/active-faults.ts';
import { storageError } from '../faults/fault-responses.ts';
import type { PackageStore } from '../packages/package-store.ts';
import { guardAgainstBrowsers, type LocalServer, startLocalServer } from '../server/local-server.ts';
import { Refusal } from '../server/refusal.ts';
import { sendFile } from './file-response.ts';

/** Object storage of another origin, like a CDN or S3: it accepts signed URLs and no tokens. */
export interface SignedStorage {
  /** A temporary URL for a file; different each time. */
  sign(fileId: string): string;
  close(): Promise<void>;
}

interface Grant {
  readonly fileId: string;
  readonly expiresMs: number;
}

const DEFAULT_LIFETIME_MS = 3_600_000;

export async function startSignedStorage(options: {
  readonly packages: PackageStore;
  readonly faults: ActiveFaults;
  readonly traits: Traits;
}): Promise<SignedStorage> {
  const { packages, faults, traits } = options;
  const grants = new Map<string, Grant>();
  const server: LocalServer = await startLocalServer(0, async (request, response) => {
    try {
      guardAgainstBrowsers(request, server.port);
      if (request.method !== 'GET' && (request.method !== 'HEAD' || traits.head === '405')) {
        throw new Refusal(405, 'The storage supports only GET and HEAD', { headers: { allow: 'GET, HEAD' } });
      }
      const fileId = admit(request, grants);
      const found = packages.findFile(fileId);
      if (typeof found === 'string') throw new Refusal(404, 'The object does not exist');
      await sendFile({ request, response, file: found.file, faults, traits });
    } catch (error) {
      sendError(response, error);
    }
  });
  return {
    sign(fileId) {
      for (const [signature, grant] of grants) {
        // A little longer, so that the error can explain why.
        if (grant.expiresMs + DEFAULT_LIFETIME_MS < Date.now()) grants.delete(signature);
      }
      const lifetimeMs = faults.find('url-expires')?.amount ?? DEFAULT_LIFETIME_MS;
      const signature = randomBytes(32).toString('hex');
      grants.set(signature, { fileId, expiresMs: Date.now() + lifetimeMs });
      const expires = Math.ceil(lifetimeMs / 1000);
      return `${server.origin}/packages/${fileId}?X-Amz-Expires=${expires}&X-Amz-Signature=${signature}`;
    },
    close: () => server.close(),
  };
}

/** @throws Refusal 400 for a request with a credential, 403 without a valid signature */
function admit(request: IncomingMessage, grants: ReadonlyMap<string, Grant>): string {
  if (request.headers.authorization !== undefined || request.headers.cookie !== undefined) {
    throw new Refusal(400, 'Only one auth mechanism allowed');
  }
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const grant = grants.get(new URLSearchParams(query).get('X-Amz-Signature') ?? '');
  if (grant === undefined || path !== `/packages/${grant.fileId}`) throw new Refusal(403, 'Access denied');
  if (grant.expiresMs <= Date.now()) throw new Refusal(403, 'Request has expired');
  return grant.fileId;
}

/** Storage returns XML. */
function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, message, headers } =
    error instanceof Refusal ? error : { status: 500, message: 'The sandbox failed', headers: {} };
  const body = storageError(status, message);
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
