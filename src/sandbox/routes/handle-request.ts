import type { IncomingMessage, ServerResponse } from 'node:http';
import { guardAgainstBrowsers } from '../server/local-server.ts';
import { Refusal } from '../server/refusal.ts';
import type { SandboxState } from '../state/sandbox-state.ts';
import { unauthorized } from '../state/tokens.ts';
import { applyApiFaults } from './api-faults.ts';
import { findRoute, type Zone } from './routes.ts';
import { writeError, writeResponse } from './write-response.ts';

/** Responds to any request. */
export async function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  state: SandboxState,
): Promise<void> {
  const { traits, tokens, port } = state;
  let zone: Zone | undefined;
  const options = () => ({ request, response, traits, zone });
  try {
    // First, before any fault: faults never expose the sandbox to web pages.
    guardAgainstBrowsers(request, port);
    const target = request.url ?? '';
    if (!target.startsWith('/')) throw new Refusal(400, 'the request target must be a path');
    const question = target.indexOf('?');
    const path = question === -1 ? target : target.slice(0, question);
    const query = new URLSearchParams(question === -1 ? '' : target.slice(question + 1));
    const { route, parameters } = findRoute(request.method ?? '', path);
    zone = route.zone;
    if (request.method === 'HEAD' && traits.head === '405') {
      throw new Refusal(405, 'HEAD is not supported', { headers: { allow: 'GET' } });
    }
    if (zone === 'api') {
      const instead = await applyApiFaults(request, response, state);
      if (instead === 'done') return;
      if (instead !== undefined) {
        writeResponse(instead, options());
        return;
      }
    }
    const caller = zone === 'sso' ? 'anonymous' : tokens.identify(request.headers.authorization);
    if (caller === 'anonymous' && route.anonymous !== true) throw unauthorized('this call requires a token');
    const parameter = (name: string) => parameters.get(name) ?? '';
    const answer = await route.handle({ request, response, caller, parameter, query, state });
    if (answer !== undefined) writeResponse(answer, options());
  } catch (error) {
    writeError(error, options());
  }
}
