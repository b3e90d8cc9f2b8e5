import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SandboxState } from './sandbox-state.ts';
import type { Caller } from './tokens.ts';

/** A request that reached its route. */
export interface ApiCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
  /** A decoded path segment by its name in the route. Only looked up, never used in paths. */
  readonly parameter: (name: string) => string;
  readonly query: URLSearchParams;
  readonly state: SandboxState;
}

/** The response of a route; `json` is sent unchanged, `data` in a JSend envelope. */
export type SandboxResponse =
  | {
      readonly status: number;
      readonly data: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** Further keys of the envelope. */
      readonly beside?: Readonly<Record<string, unknown>>;
    }
  | { readonly status: number; readonly json: unknown }
  | {
      readonly status: number;
      readonly text: string | Buffer;
      readonly mimeType: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** Resolves with undefined if the route has sent the response itself. */
export type Handler = (call: ApiCall) => Promise<SandboxResponse | undefined> | SandboxResponse | undefined;
