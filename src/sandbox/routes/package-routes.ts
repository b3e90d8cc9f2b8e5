import { refuseMalformed } from '../dialect/ids.ts';
import { shapeResource } from '../dialect/shape-document.ts';
import { createWire } from '../faults/wire.ts';
import { checkCreateBody } from '../packages/create-body.ts';
import type { StoredPackage } from '../packages/package-store.ts';
import { Refusal } from '../server/refusal.ts';
import { readJson } from '../server/request-body.ts';
import type { ApiCall, SandboxResponse } from '../state/api-call.ts';
import { describePackage, statusOf } from './describe.ts';
import { createdResponse, deletedResponse, refuseFirst } from './package-responses.ts';
import { listResponse, pageOf } from './paging.ts';

export async function createPackage(call: ApiCall): Promise<SandboxResponse | undefined> {
  const { request, response, caller, state } = call;
  const { library, packages, faults, traits } = state;
  refuseFirst(state);
  const isAnonymous = caller === 'anonymous';
  const body = checkCreateBody(await readJson(request), { library, isAnonymous, nowMs: Date.now() });
  const stored = packages.create(body, caller);
  if (faults.take('create-reset') !== undefined) {
    const { socket } = request;
    await createWire({ body: response, connection: socket, socket }).reset();
    return undefined;
  }
  if (traits.create === 'ready') await stored.built;
  return createdResponse(stored, shapeResource(describePackage(stored, state), 'download', traits), state);
}

export function getPackage(call: ApiCall): SandboxResponse {
  const { state } = call;
  const stored = findPackage(call);
  if (state.faults.takeAfter('package-gone-after', stored.id) !== undefined) throw gonePackage();
  if (state.traits.poll === 'accepted-empty' && statusOf(stored, state) === 'preparing') {
    return { status: 202, text: '', mimeType: 'application/json' };
  }
  return { status: 200, data: shapeResource(describePackage(stored, state), 'download', state.traits) };
}

export function listPackages({ query, state }: ApiCall): SandboxResponse {
  const { packages, traits } = state;
  const own = packages.list().filter(({ owner }) => owner === 'user');
  const page = pageOf<unknown>(
    own.map((stored) => describePackage(stored, state)),
    { query, sizeParameter: 'perPage', traits },
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
