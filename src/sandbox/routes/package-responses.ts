import type { Item } from '../dialect/shape-item.ts';
import type { Traits } from '../dialect/traits.ts';
import type { StoredPackage } from '../packages/package-store.ts';
import { Refusal } from '../server/refusal.ts';
import type { SandboxResponse } from '../state/api-call.ts';
import type { SandboxState } from '../state/sandbox-state.ts';

/** @throws Refusal 429 or 503 for the first creation, if the dialect does that */
export function refuseFirst({ traits, refusedCreations }: SandboxState): void {
  const first = traits['create-first'];
  if (first === 'nothing' || refusedCreations.count > 0) return;
  refusedCreations.count += 1;
  throw new Refusal(Number(first), first === '429' ? 'too many requests' : 'the service is starting');
}

/** The response to a creation in a dialect. */
export function createdResponse(
  stored: StoredPackage,
  described: Item,
  state: SandboxState,
): SandboxResponse {
  const { traits, apiUrl } = state;
  const headers = { location: locationOf(stored.id, apiUrl, traits) };
  switch (traits.create) {
    case '200':
      return { status: 200, data: described };
    case 'id-only':
      return { status: 201, data: { id: stored.id } };
    case 'text-id':
      return { status: 201, data: stored.id };
    case 'accepted-location':
      return { status: 202, text: '', mimeType: 'application/json', headers };
    case 'no-content-location':
      return { status: 204, text: '', mimeType: 'application/json', headers };
    case 'see-other':
      return { status: 303, text: '', mimeType: 'application/json', headers };
    case '201':
    case 'ready':
      return { status: 201, data: described, headers };
  }
}

/** RFC 9110, 10.2.2: a URI, or a reference relative to the request URL, /v2/downloads. */
function locationOf(id: string, apiUrl: string, traits: Traits): string {
  const absolute = `${apiUrl}/downloads/${encodeURIComponent(id)}`;
  if (traits.location === 'absolute-path') return new URL(apiUrl).pathname + absolute.slice(apiUrl.length);
  return traits.location === 'relative' ? `downloads/${encodeURIComponent(id)}` : absolute;
}

export function deletedResponse(described: Item, traits: Traits): SandboxResponse {
  switch (traits.delete) {
    case 'package':
      return { status: 200, data: { ...described, status: 'deleted' } };
    case '204':
      return { status: 204, text: '', mimeType: 'application/json' };
    case '202':
      return { status: 202, text: '', mimeType: 'application/json' };
    case 'empty':
      return { status: 200, text: '', mimeType: 'application/json' };
    case '200':
      return { status: 200, data: null };
  }
}
