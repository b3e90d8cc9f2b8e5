import { randomBytes } from 'node:crypto';
import type { ActiveFaults } from '../faults/active-faults.ts';
import { Refusal } from '../server/refusal.ts';

/** The user of a request: the sandbox's only user, or anonymous. */
export type Caller = 'user' | 'anonymous';

export interface Tokens {
  /** Always valid. */
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
  issue(): { readonly token: string; readonly expiresInSeconds: number };
  /**
   * The user of the Authorization header.
   * @throws Refusal 401 for anything but a token of this sandbox
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
      for (const [old, untilMs] of expiresMs) if (untilMs < Date.now()) expiresMs.delete(old);
      const issued = makeSecret('token');
      expiresMs.set(issued, Date.now() + LIFETIME_MS);
      return { token: issued, expiresInSeconds: LIFETIME_MS / 1000 };
    },
    identify(authorization) {
      if (authorization === undefined) return 'anonymous';
      const [, given] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
      if (given === undefined) throw unauthorized('Authorization must be `Bearer TOKEN`');
      const untilMs = expiresMs.get(given);
      // Never quoted: it may be a real token that was sent here by mistake.
      if (untilMs === undefined && !given.startsWith('sandbox-')) {
        throw unauthorized('this sandbox accepts only its own tokens, which start with `sandbox-`');
      }
      if (untilMs === undefined || untilMs <= Date.now())
        throw unauthorized('the token is invalid or expired');
      if (faults.takeAfter('unauthorized-after', given) !== undefined) {
        throw unauthorized('the token has expired');
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
