import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SandboxState } from './sandbox-state.ts';
import type { Caller } from './tokens.ts';

/** One request that reached its route. */
export interface ApiCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
  /** A part of the path by its name in the route, decoded. Only ever looked up, never made into a path. */
  readonly parameter: (name: string) => string;
  readonly query: URLSearchParams;
  readonly state: SandboxState;
}

/** What a route answers; `json` is sent as it is, `data` in a JSend envelope. */
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

/** Resolves with undefined when the route has answered by itself. */
export type Handler = (call: ApiCall) => Promise<SandboxResponse | undefined> | SandboxResponse | undefined;
