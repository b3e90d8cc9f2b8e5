import { SIGN_IN_PAGE } from '../faults/fault-responses.ts';
import { sendFile } from '../files/file-response.ts';
import type { ServedFile } from '../packages/package-store.ts';
import { Refusal } from '../server/refusal.ts';
import type { ApiCall, SandboxResponse } from '../state/api-call.ts';
import { unauthorized } from '../state/tokens.ts';

/** A file of a package: its bytes, or a redirect to them. */
export async function downloadFile(call: ApiCall): Promise<SandboxResponse | undefined> {
  const { request, response, parameter, caller, state } = call;
  const { packages, faults, traits } = state;
  const found = packages.findFile(parameter('fileId'));
  if (found === 'expired') throw new Refusal(410, 'this file has expired with its package');
  if (found === 'unknown') throw new Refusal(404, 'no file with this ID');
  const { file, stored } = found;
  if (stored.owner === 'user' && caller === 'anonymous') throw unauthorized('this file requires a token');
  const instead = responseInstead(file, state);
  if (instead !== undefined) return instead;
  await sendFile({ request, response, file, faults, traits });
  return undefined;
}

/** The response without the bytes: that of a fault, or a redirect to the storage. */
function responseInstead(
  file: ServedFile,
  { faults, traits, storage }: ApiCall['state'],
): SandboxResponse | undefined {
  const status = faults.take('file-status', file.id);
  if (status !== undefined) {
    throw new Refusal(status.amount, `the sandbox is configured to return ${status.amount}`);
  }
  if (faults.take('html-file') !== undefined) {
    return { status: 200, text: SIGN_IN_PAGE, mimeType: 'text/html; charset=utf-8' };
  }
  if (storage === undefined || traits['file-url'] === 'presigned') return undefined;
  return { status: 302, text: '', mimeType: 'text/plain', headers: { location: storage.sign(file.id) } };
}
