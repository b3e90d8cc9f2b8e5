import type { FaultRequest } from '../faults/fault-server.ts';

/** The routes of the API, by their names in scripts. */
export type Route =
  | 'POST /v2/downloads'
  | 'GET /v2/downloads'
  | 'GET /v2/downloads/{id}'
  | 'DELETE /v2/downloads/{id}'
  | 'GET /v2/downloads/file/{id}'
  | 'GET /v2/media'
  | 'GET /v2/media/{id}'
  | 'GET /v2/search'
  | 'GET /v2/media/{id}/metadata'
  | 'GET /v2/media/{id}/metadata/transcripts'
  | 'GET /v2/media/{id}/metadata/transcripts/{id}/download'
  | 'POST token';

const ROUTES: readonly (readonly [Route, RegExp])[] = [
  ['POST /v2/downloads', /^POST \/v2\/downloads$/],
  ['GET /v2/downloads', /^GET \/v2\/downloads$/],
  ['GET /v2/downloads/file/{id}', /^(?:GET|HEAD) \/v2\/downloads\/file\/[^/]+$/],
  ['GET /v2/downloads/{id}', /^GET \/v2\/downloads\/[^/]+$/],
  ['DELETE /v2/downloads/{id}', /^DELETE \/v2\/downloads\/[^/]+$/],
  ['GET /v2/search', /^GET \/v2\/search$/],
  ['GET /v2/media', /^GET \/v2\/media$/],
  ['GET /v2/media/{id}', /^GET \/v2\/media\/[^/]+$/],
  ['GET /v2/media/{id}/metadata', /^GET \/v2\/media\/[^/]+\/metadata$/],
  ['GET /v2/media/{id}/metadata/transcripts', /^GET \/v2\/media\/[^/]+\/metadata\/transcripts$/],
  [
    'GET /v2/media/{id}/metadata/transcripts/{id}/download',
    /^GET \/v2\/media\/[^/]+\/metadata\/transcripts\/[^/]+\/download$/,
  ],
  ['POST token', /^POST \/realms\/[^/]+\/protocol\/openid-connect\/token$/],
];

/** The route of a request, by its undecoded path: an encoded slash is part of an ID. */
export function routeOf(request: Pick<FaultRequest, 'method' | 'target'>): Route | undefined {
  const call = `${request.method} ${request.target.split('?')[0]}`;
  return ROUTES.find(([, pattern]) => pattern.test(call))?.[0];
}

export function isRoute(text: string): text is Route {
  return ROUTES.some(([route]) => route === text);
}

/** The n-th path segment after `/v2`, decoded. */
export function segment(request: Pick<FaultRequest, 'target'>, index: number): string {
  return decodeURIComponent(request.target.split('?')[0]?.split('/')[index + 2] ?? '');
}
