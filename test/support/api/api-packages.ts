import type { DownloadFile, DownloadPackage, MediaAsset, Transcript } from '../../../src/api/wire.ts';
import type { FaultReply } from '../faults/fault-response.ts';
import type { FaultRequest } from '../faults/fault-server.ts';
import type { ServedObject } from '../faults/served-object.ts';

/** A package of the API; `files` are names of objects on this server, or complete descriptions. */
export type ScriptedPackage = Partial<Omit<DownloadPackage, 'files'>> & {
  readonly files?: readonly (string | DownloadFile)[];
};

/** The content of the server. */
export interface ApiContent {
  /** By default, one ready package with all files. */
  readonly packages?: readonly ScriptedPackage[];
  /** Objects behind `/v2/downloads/file/{id}`. */
  readonly files?: Readonly<Record<string, ServedObject>>;
  readonly media?: readonly MediaAsset[];
  /** By media ID. */
  readonly transcripts?: Readonly<Record<string, readonly Transcript[]>>;
  /** The token it accepts; null also accepts anonymous requests. */
  readonly token?: string | null;
}

export const PACKAGE_ID = '5f0c2b9e-7d41-4a36-9e58-c1d2e3f4a500';
export const CREATED_ID_PREFIX = 'c0ffee00-0000-4000-8000-00000000000';

export interface ApiState {
  readonly content: ApiContent;
  readonly packages: Map<string, DownloadPackage>;
  readonly origin: () => string;
}

/** Completes a package from the fields that a test specifies. */
export function makePackage(scripted: ScriptedPackage, id: string, state: ApiState): DownloadPackage {
  const objects = state.content.files ?? {};
  const files = (scripted.files ?? []).map((file): DownloadFile => {
    if (typeof file !== 'string') return file;
    const object = objects[file];
    return {
      url: `${state.origin()}/v2/downloads/file/${encodeURIComponent(file)}`,
      size: object?.bytes.length ?? 0,
      mimeType: object?.contentType ?? 'application/zip',
    };
  });
  return { id, status: 'ready', compressed: true, ...scripted, files };
}

/** The package that `POST /v2/downloads` creates, with all files of the server. */
export function createPackage(request: FaultRequest, state: ApiState): DownloadPackage {
  const body: unknown = JSON.parse(request.body.toString('utf8') || '{}');
  const { title, description, expires } = Object(body);
  const made = makePackage(
    {
      ...(typeof title === 'string' ? { title } : {}),
      ...(typeof description === 'string' ? { description } : {}),
      ...(typeof expires === 'string' ? { expires } : {}),
      created: '2026-01-15T12:00:00Z',
      files: Object.keys(state.content.files ?? {}),
    },
    `${CREATED_ID_PREFIX}${state.packages.size}`,
    state,
  );
  state.packages.set(made.id, made);
  return made;
}

export function notFound(reply: FaultReply): Promise<void> {
  return reply.json(404, { status: 'fail', message: 'not found' });
}
