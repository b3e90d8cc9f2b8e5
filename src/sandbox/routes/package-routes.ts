import { refuseMalformed } from '../dialect/ids.ts';
import { shapeResource } from '../dialect/shape-document.ts';
import { checkCreateBody } from '../packages/create-body.ts';
import type { StoredPackage } from '../packages/package-store.ts';
import { Refusal } from '../server/refusal.ts';
import { readJson } from '../server/request-body.ts';
import { untilGone } from '../server/send-body.ts';
import type { ApiCall, SandboxResponse } from '../state/api-call.ts';
import { describePackage, statusOf, syntheticItem } from './describe.ts';
import { createdResponse, deletedResponse, refuseFirst } from './package-responses.ts';
import { listResponse, pageOf } from './paging.ts';

export async function createPackage(call: ApiCall): Promise<SandboxResponse | undefined> {
  const { request, response, caller, state } = call;
  const { library, packages, faults } = state;
  refuseFirst(state);
  const isAnonymous = caller === 'anonymous';
  const body = checkCreateBody(await readJson(request), { library, isAnonymous, nowMs: Date.now() });
  const stored = packages.create(body, caller);
  if (faults.take('create-reset') !== undefined) {
    request.socket.resetAndDestroy();
    return undefined;
  }
  if (faults.take('create-stall') !== undefined) {
    await untilGone(response, state.signal);
    return undefined;
  }
  return await created(stored, state);
}

async function created(stored: StoredPackage, state: ApiCall['state']): Promise<SandboxResponse> {
  const { faults } = state;
  if (faults.find('ready-at-once') !== undefined) await stored.built;
  const lost = faults.find('create-lost');
  return lost === undefined
    ? createdResponse(stored, shapeResource(describePackage(stored, state), 'download', state.traits), state)
    : lostAnswer(lost.text, stored);
}

/** The package exists, but the response does not identify it. */
function lostAnswer(kind: string, { createdMs }: StoredPackage): SandboxResponse {
  switch (kind) {
    case '204':
      return { status: 204, text: '', mimeType: 'text/plain' };
    case 'empty':
      return { status: 201, text: '', mimeType: 'application/json' };
    case 'html':
      return { status: 200, text: '<!doctype html>\n<title>Please wait</title>\n', mimeType: 'text/html' };
    case 'no-id':
      return { status: 201, data: { accepted: true, queuedAt: createdMs } };
    default:
      throw new Refusal(504, 'the service did not respond in time');
  }
}

export function getPackage(call: ApiCall): SandboxResponse {
  const { state } = call;
  const stored = findPackage(call);
  if (state.faults.take('package-404', stored.id) !== undefined) throw unknownPackage();
  if (state.faults.takeAfter('package-gone-after', stored.id) !== undefined) throw gonePackage();
  stored.looks += 1;
  if (state.traits.poll === 'accepted-empty' && statusOf(stored, state) === 'preparing') {
    return { status: 202, text: '', mimeType: 'application/json' };
  }
  return { status: 200, data: shapeResource(describePackage(stored, state), 'download', state.traits) };
}

export function listPackages({ query, state }: ApiCall): SandboxResponse {
  const { packages, faults, traits } = state;
  const own = packages.list().filter(({ owner }) => owner === 'user');
  const page = pageOf<unknown>(
    own.map((stored) => describePackage(stored, state)),
    { query, sizeParameter: 'perPage', faults, traits, makeUp: syntheticItem },
  );
  return listResponse(page, 'downloads', state);
}

export function deletePackage(call: ApiCall): SandboxResponse {
  const { state } = call;
  const stored = findPackage(call);
  state.packages.remove(stored);
  return deletedResponse(describePackage(stored, state), state.traits);
}

/**
 * @throws Refusal 404 for an unknown or deleted package or that of another user, 410 for an expired one
 */
function findPackage({ parameter, caller, state }: ApiCall): StoredPackage {
  const found = state.packages.find(parameter('id'));
  if (found === 'unknown') refuseMalformed(parameter('id'), state.traits);
  if (found === 'expired') throw gonePackage();
  if (found === 'unknown' || (found.owner === 'user' && caller === 'anonymous')) throw unknownPackage();
  return found;
}

function unknownPackage(): Refusal {
  return new Refusal(404, 'no download package with this ID');
}

function gonePackage(): Refusal {
  return new Refusal(410, 'this download package has expired');
}
