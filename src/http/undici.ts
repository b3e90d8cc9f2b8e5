// Imports single files of undici. The index also loads fetch, caches, mocks, and WebSockets, which takes longer than the
// rest of the program.
import type { ProxyAgent } from 'undici';
import connect from 'undici/lib/api/api-connect.js';
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import { resumeAtEnd } from './resume-at-end.ts';

// As in the index, which adds request() and connect() to the prototype.
Object.assign(Dispatcher.prototype, { request, connect });
resumeAtEnd();

/** Connects directly. */
export function createAgent(options: Agent.Options): Dispatcher {
  return new Agent(options);
}

/** Connects through one proxy. */
export async function createProxyAgent(options: ProxyAgent.Options): Promise<Dispatcher> {
  const { default: Proxy } = await import('undici/lib/dispatcher/proxy-agent.js');
  return new Proxy(options);
}
