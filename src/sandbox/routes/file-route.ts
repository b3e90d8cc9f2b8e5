import { sendFile } from '../files/file-response.ts';
import type { ServedFile } from '../packages/package-store.ts';
import { Refusal } from '../server/refusal.ts';
import type { ApiCall, SandboxResponse } from '../state/api-call.ts';
import { unauthorized } from '../state/tokens.ts';

/** A file of a package: its bytes, or a redirect to them. */
export async function downloadFile(call: ApiCall): Promise<SandboxResponse | undefined> {
  const { request, response, parameter, caller, state } = call;
  const { packages, faults, traits, signal, transfers } = state;
  const found = packages.findFile(parameter('fileId'));
  if (found === 'expired') throw new Refusal(410, 'this file has expired with its package');
  if (found === 'unknown') throw new Refusal(404, 'no file with this ID');
  const { file, stored } = found;
  if (stored.owner === 'user' && caller === 'anonymous') throw unauthorized('this file requires a token');
  const instead = answerInstead(call, file);
  if (instead !== undefined) return instead;

  const limit = faults.find('max-connections');
  if (limit !== undefined && transfers.count >= limit.amount) {
    throw new Refusal(503, 'too many connections');
  }
  transfers.count += 1;
  try {
    await sendFile({ request, response, file, faults, traits, signal });
  } finally {
    transfers.count -= 1;
  }
  return undefined;
}

/** The response of a fault that withholds the bytes. */
function answerInstead({ request, state }: ApiCall, file: ServedFile): SandboxResponse | undefined {
  const { faults, storage } = state;
  if (faults.take('file-503') !== undefined) throw new Refusal(503, 'storage is not available');
  if (faults.take('file-404-once', file.id) !== undefined) {
    throw new Refusal(404, 'no file with this ID');
  }
  if (faults.takeAfter('file-gone-after', file.id) !== undefined) {
    throw new Refusal(410, 'this file has expired with its package');
  }
  const status = faults.take('file-status', file.id);
  if (status !== undefined)
    throw new Refusal(status.amount, `the sandbox is configured to return ${status.amount}`);
  if (faults.take('html-file') !== undefined) {
    const text = '<!doctype html>\n<title>Sign in</title>\n<p>Please sign in to continue.</p>\n';
    return { status: 200, text, mimeType: 'text/html; charset=utf-8' };
  }
  if (faults.find('redirect-loop') !== undefined) return redirect(302, request.url);
  if (faults.find('redirect-no-location') !== undefined) return redirect(302, undefined);
  const redirection = faults.find('redirect');
  if (redirection === undefined || storage === undefined) return undefined;
  return redirect(redirection.amount, storage.sign(file.id));
}

function redirect(status: number, location: string | undefined): SandboxResponse {
  return { status, text: '', mimeType: 'text/plain', headers: location === undefined ? {} : { location } };
}
