import { randomBytes } from 'node:crypto';
import type { ActiveFaults } from '../faults/active-faults.ts';
import { Refusal } from '../server/refusal.ts';

/** Who asks: the sandbox's one user, or somebody without a token. */
export type Caller = 'user' | 'anonymous';

export interface Tokens {
  /** Good from the start and without end. */
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
  issue(): { readonly token: string; readonly expiresInSeconds: number };
  /**
   * Who the Authorization header stands for.
   * @throws Refusal 401 for anything that is not a token of this sandbox
   */
  identify(authorization: string | undefined): Caller;
}

/** The documented default lifetime. */
const LIFETIME_MS = 16 * 3600 * 1000;

export function createTokens(faults: ActiveFaults): Tokens {
  const expiresMs = new Map<string, number>();
  const token = makeSecret('token');
  expiresMs.set(token, Infinity);
  return {
    token,
    clientId: 'sandbox-client',
    clientSecret: makeSecret('secret'),
    issue() {
      const lifetimeMs = faults.find('token-expires')?.amount ?? LIFETIME_MS;
      for (const [old, untilMs] of expiresMs) if (untilMs < Date.now()) expiresMs.delete(old);
      const issued = makeSecret('token');
      expiresMs.set(issued, Date.now() + lifetimeMs);
      return { token: issued, expiresInSeconds: Math.ceil(lifetimeMs / 1000) };
    },
    identify(authorization) {
      if (authorization === undefined) return 'anonymous';
      const [, given] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
      if (given === undefined) throw unauthorized('Authorization must read `Bearer TOKEN`');
      const untilMs = expiresMs.get(given);
      // Never quoted: it may be a real token that came here by mistake.
      if (untilMs === undefined && !given.startsWith('sandbox-')) {
        throw unauthorized('this is a sandbox: it takes its own tokens only, which start with `sandbox-`');
      }
      if (untilMs === undefined || untilMs <= Date.now())
        throw unauthorized('the token is not valid (any more)');
      if (faults.takeAfter('unauthorized-after', given) !== undefined) {
        throw unauthorized('the token is not valid any more');
      }
      return 'user';
    },
  };
}

export function unauthorized(message: string): Refusal {
  return new Refusal(401, message, { headers: { 'www-authenticate': 'Bearer realm="streamdiver-sandbox"' } });
}

function makeSecret(kind: string): string {
  return `sandbox-${kind}-${randomBytes(16).toString('hex')}`;
}
