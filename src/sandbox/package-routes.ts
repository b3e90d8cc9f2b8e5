import type { Answer, ApiCall } from './api-call.ts';
import { checkCreateBody } from './create-body.ts';
import { describePackage, madeUpItem } from './describe.ts';
import type { StoredPackage } from './package-store.ts';
import { listData, pageOf } from './paging.ts';
import { Refusal } from './refusal.ts';
import { readJson } from './request-body.ts';
import { untilGone } from './send-body.ts';

export async function createPackage(call: ApiCall): Promise<Answer | undefined> {
  const { request, response, caller, state } = call;
  const { library, packages, faults } = state;
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

async function created(stored: StoredPackage, state: ApiCall['state']): Promise<Answer> {
  if (state.faults.find('ready-at-once') !== undefined) await stored.built;
  return {
    status: 201,
    data: describePackage(stored, state),
    headers: { location: `${state.apiUrl}/downloads/${encodeURIComponent(stored.id)}` },
  };
}

export function getPackage(call: ApiCall): Answer {
  const { state } = call;
  const stored = findPackage(call);
  if (state.faults.take('package-404', stored.id) !== undefined) throw unknownPackage();
  if (state.faults.takeAfter('package-gone-after', stored.id) !== undefined) throw gonePackage();
  stored.looks += 1;
  return { status: 200, data: describePackage(stored, state) };
}

export function listPackages({ query, state }: ApiCall): Answer {
  const { packages, faults } = state;
  const own = packages.list().filter(({ owner }) => owner === 'user');
  const page = pageOf<unknown>(
    own.map((stored) => describePackage(stored, state)),
    { query, sizeParameter: 'perPage', faults, makeUp: madeUpItem },
  );
  return { status: 200, data: listData(page, faults) };
}

export function deletePackage(call: ApiCall): Answer {
  call.state.packages.remove(findPackage(call));
  return { status: 200, data: null };
}

/**
 * @throws Refusal 404 for what never was, was deleted or belongs to somebody else, 410 for what has expired
 */
function findPackage({ parameter, caller, state }: ApiCall): StoredPackage {
  const found = state.packages.find(parameter('id'));
  if (found === 'expired') throw gonePackage();
  if (found === 'unknown' || (found.owner === 'user' && caller === 'anonymous')) throw unknownPackage();
  return found;
}

function unknownPackage(): Refusal {
  return new Refusal(404, 'there is no download package with this id');
}

function gonePackage(): Refusal {
  return new Refusal(410, 'this download package has expired');
}
