import type { DownloadPackage } from '../../../src/api/wire.ts';
import {
  type FaultRequest,
  type FaultServer,
  type FaultServerOptions,
  startFaultServer,
} from '../faults/fault-server.ts';
import { type ApiContent, type ApiState, makePackage, PACKAGE_ID } from './api-packages.ts';
import { isRoute, type Route, routeOf } from './api-routes.ts';
import { type Answer, answerAsScripted, isSequence, type Script } from './api-script.ts';
import { answerByDefault } from './default-responses.ts';

export interface ApiOptions extends FaultServerOptions, ApiContent {
  readonly script?: Script;
}

export interface ApiServer extends FaultServer {
  /** The current packages; a test may change them. */
  readonly packages: Map<string, DownloadPackage>;
  /** Requests of one route, in order. */
  requestsOf(route: Route): FaultRequest[];
  /** Replaces the responses of a route from now on. */
  script(route: Route, answer: Answer | readonly Answer[]): void;
}

/**
 * Starts a server for the documented API that follows a script. Unlike the sandbox, it has no behavior of
 * its own: packages are ready unless specified otherwise.
 */
export async function startApi(options: ApiOptions = {}): Promise<ApiServer> {
  const packages = new Map<string, DownloadPackage>();
  const state: ApiState = { content: options, packages, origin: () => server.origin };
  const script = new Map<Route, Answer | Answer[]>();
  const setScript = (route: Route, answer: Answer | readonly Answer[]) => {
    script.set(route, isSequence(answer) ? [...answer] : answer);
  };
  for (const [route, answer] of Object.entries(options.script ?? {})) {
    if (isRoute(route) && answer !== undefined) setScript(route, answer);
  }

  const server = await startFaultServer(async (request, reply) => {
    const route = routeOf(request);
    if (route === undefined) {
      await reply.json(404, { status: 'error', message: `no route ${request.method} ${request.path}` });
      return;
    }
    const scripted = script.get(route);
    const answer = Array.isArray(scripted) ? scripted.shift() : scripted;
    if (answer === undefined || answer === 'default') await answerByDefault(route, request, reply, state);
    else await answerAsScripted(answer, route, request, reply, state);
  }, options);

  const initial = options.packages ?? [{ files: Object.keys(options.files ?? {}) }];
  for (const [index, scripted] of initial.entries()) {
    const id = PACKAGE_ID.slice(0, -2) + String(index).padStart(2, '0');
    const made = makePackage(scripted, id, state);
    packages.set(made.id, made);
  }
  return Object.assign(server, {
    packages,
    script: setScript,
    requestsOf: (route: Route) => server.requests.filter((request) => routeOf(request) === route),
  });
}
