import type { FaultReply } from '../faults/fault-response.ts';
import type { FaultRequest } from '../faults/fault-server.ts';
import { CANARY_TOKEN } from '../process/canary.ts';
import { type ApiContent, type ApiState, createPackage, notFound } from './api-packages.ts';
import { type Route, segment } from './api-routes.ts';

function isRefused(route: Route, request: FaultRequest, content: ApiContent): boolean {
  const token = content.token === undefined ? CANARY_TOKEN : content.token;
  if (token === null || route === 'POST token') return false;
  return request.headers.get('authorization') !== `Bearer ${token}`;
}

/** Responds as the documented API does. */
export async function answerByDefault(
  route: Route,
  request: FaultRequest,
  reply: FaultReply,
  state: ApiState,
): Promise<void> {
  const { content, packages } = state;
  if (isRefused(route, request, content)) {
    return reply.json(401, { status: 'fail', message: 'unauthorized' });
  }
  const success = (data: unknown) => reply.json(200, { status: 'success', data });
  const page = (items: readonly unknown[]) => success(pageOf(items, request.query));
  switch (route) {
    case 'POST /v2/downloads':
      return reply.json(201, {
        status: 'success',
        data: { ...createPackage(request, state), status: 'preparing', files: null },
      });
    case 'GET /v2/downloads':
      return page([...packages.values()]);
    case 'GET /v2/downloads/{id}': {
      const found = packages.get(segment(request, 1));
      return found === undefined ? notFound(reply) : success(found);
    }
    case 'DELETE /v2/downloads/{id}':
      return packages.delete(segment(request, 1)) ? success(null) : notFound(reply);
    case 'GET /v2/downloads/file/{id}': {
      const object = content.files?.[segment(request, 2)];
      return object === undefined ? notFound(reply) : reply.file(object);
    }
    case 'GET /v2/media':
      return page(content.media ?? []);
    case 'GET /v2/search': {
      const text = (request.query.get('text') ?? '').toLowerCase();
      return page((content.media ?? []).filter(({ name }) => name.toLowerCase().includes(text)));
    }
    case 'GET /v2/media/{id}': {
      const found = content.media?.find(({ id }) => id === segment(request, 1));
      return found === undefined ? notFound(reply) : success(found);
    }
    case 'GET /v2/media/{id}/metadata':
      return success({ status: 'finished' });
    case 'GET /v2/media/{id}/metadata/transcripts':
      return success(content.transcripts?.[segment(request, 1)] ?? []);
    case 'GET /v2/media/{id}/metadata/transcripts/{id}/download':
      return reply.send(
        200,
        { 'Content-Type': 'text/plain' },
        transcriptText(segment(request, 4), request.query.get('transcriptDownloadType')),
      );
    case 'POST token':
      return reply.json(200, {
        access_token: content.token ?? CANARY_TOKEN,
        token_type: 'Bearer',
        expires_in: 57_600,
      });
  }
}

/** The content of a transcript in a format; docx is not supported. */
export function transcriptText(id: string, format: string | null): string {
  const cue = `--> 00:00:01`;
  if (format === 'vtt') return `WEBVTT\n\n00:00:00.000 ${cue}.000\ntranscript ${id}\n`;
  if (format === 'srt') return `1\n00:00:00,000 ${cue},000\ntranscript ${id}\n`;
  return format === 'json' ? `{"cues":[{"text":"transcript ${id}"}]}\n` : `transcript ${id}\n`;
}

function pageOf<Item>(items: readonly Item[], query: URLSearchParams): readonly Item[] {
  const perPage = Math.min(50, Number(query.get('perPage') ?? query.get('perpage') ?? 10));
  const start = Number(query.get('page') ?? 0) * perPage;
  return items.slice(start, start + perPage);
}
