import { Refusal } from '../server/refusal.ts';
import type { Handler } from '../state/api-call.ts';
import { downloadFile } from './file-route.ts';
import { getMediaItem, listMedia, searchMedia } from './media-routes.ts';
import { createPackage, deletePackage, getPackage, listPackages } from './package-routes.ts';
import { issueToken } from './token-route.ts';
import { downloadTranscript, getMetadata, listTranscripts } from './transcript-routes.ts';

/** `api` and `file` are below /v2; faults apply to one of the three. */
export type Zone = 'sso' | 'api' | 'file';

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly zone: Zone;
  readonly handle: Handler;
  /** Does not require a token; the handler may still refuse. */
  readonly anonymous?: true;
}

const ASSET = '/v2/media/:assetId';

/** The API in docs/openapi.yaml. */
export const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/realms/:tenant/protocol/openid-connect/token',
    zone: 'sso',
    handle: issueToken,
    anonymous: true,
  },
  { method: 'GET', path: '/v2/media', zone: 'api', handle: listMedia },
  { method: 'GET', path: ASSET, zone: 'api', handle: getMediaItem },
  { method: 'GET', path: `${ASSET}/metadata`, zone: 'api', handle: getMetadata },
  { method: 'GET', path: `${ASSET}/metadata/transcripts`, zone: 'api', handle: listTranscripts },
  {
    method: 'GET',
    path: `${ASSET}/metadata/transcripts/:transcriptId/download`,
    zone: 'api',
    handle: downloadTranscript,
  },
  { method: 'GET', path: '/v2/search', zone: 'api', handle: searchMedia },
  { method: 'POST', path: '/v2/downloads', zone: 'api', handle: createPackage, anonymous: true },
  { method: 'GET', path: '/v2/downloads', zone: 'api', handle: listPackages },
  { method: 'GET', path: '/v2/downloads/:id', zone: 'api', handle: getPackage, anonymous: true },
  { method: 'DELETE', path: '/v2/downloads/:id', zone: 'api', handle: deletePackage },
  { method: 'GET', path: '/v2/downloads/file/:fileId', zone: 'file', handle: downloadFile, anonymous: true },
];

export interface FoundRoute {
  readonly route: Route;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * The route of a request. The path is compared segment by segment and never resolved, so `..` and `%2e%2e%2f`
 * are unknown IDs.
 * @throws Refusal 404 for an unknown path, 405 for a known one with another method, 400 for a bad escape
 */
export function findRoute(method: string, path: string): FoundRoute {
  const segments = path.split('/').map(decodeSegment);
  const matches = ROUTES.flatMap((route) => {
    const parameters = matchPath(route.path.split('/'), segments);
    return parameters === undefined ? [] : [{ route, parameters }];
  });
  const found = matches.find(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method));
  if (found !== undefined) return found;
  if (matches.length === 0) throw new Refusal(404, 'unknown path');
  const allowed = matches.flatMap(({ route }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
  throw new Refusal(405, 'this path does not support this method', {
    headers: { allow: allowed.join(', ') },
  });
}

function matchPath(
  pattern: readonly string[],
  segments: readonly string[],
): ReadonlyMap<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':') && segment !== '') parameters.set(part.slice(1), segment);
    else if (part !== segment) return undefined;
  }
  return parameters;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new Refusal(400, 'the path contains an invalid percent escape');
  }
}
