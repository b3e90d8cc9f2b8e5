import type { Clock } from '../clock.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { readBody } from '../http/body.ts';
import { isTransientStatus, parseRetryAfter, withRetries } from '../http/retry.ts';
import type { HttpResponse, Transport } from '../http/transport.ts';
import { isObject, type JsonObject, parseJson } from '../values/json.ts';
import type { Credential } from './credential.ts';
import { parseSecret } from './secret-text.ts';

export interface ClientCredentialOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  /** Base of the SSO, such as https://sso.streamdiver.com. */
  readonly ssoUrl: URL;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly retries: number;
}

interface Token {
  readonly authorization: string;
  /** On the monotonic clock. */
  readonly renewAtMs: number;
}

const DEFAULT_LIFETIME_SECONDS = 16 * 3600;
const RENEW_EARLY_MS = 60_000;
const TOKEN_TIMEOUT_MS = 30_000;
const TOKEN_LIMIT_BYTES = 1_048_576;

/**
 * OAuth 2.0 client credentials (api.md, Authentication; RFC 6749 4.4). The token is fetched when
 * first needed, kept in memory, and asked for again a minute before it expires or when refused.
 */
export function clientCredential(options: ClientCredentialOptions): Credential {
  const { clock } = options;
  let token: Token | undefined;
  let pending: Promise<Token> | undefined;

  const obtain = async (signal: AbortSignal): Promise<Token> => {
    pending ??= requestToken(options, signal)
      .catch((error: unknown) => {
        // The retries are spent: the call that needs the token must not spend its own on top of them.
        throw isExpectedError(error, 'UNAVAILABLE') ? error.with({ transient: false }) : error;
      })
      .finally(() => {
        pending = undefined;
      });
    token = await pending;
    return token;
  };
  return {
    kind: 'client',
    async authorization(signal) {
      if (token !== undefined && clock.monotonicMs() < token.renewAtMs) return token.authorization;
      return (await obtain(signal)).authorization;
    },
    async renew(refused, signal) {
      // Somebody else renewed it while this request was under way.
      if (pending === undefined && token !== undefined && token.authorization !== refused) return true;
      const renewed = await obtain(signal);
      return renewed.authorization !== refused;
    },
  };
}

async function requestToken(options: ClientCredentialOptions, signal: AbortSignal): Promise<Token> {
  const { transport, clock, random, ssoUrl, tenant, clientId, clientSecret, retries } = options;
  const base = ssoUrl.href.replace(/\/+$/, '');
  const url = new URL(`${base}/realms/${encodeURIComponent(tenant)}/protocol/openid-connect/token`);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  return await withRetries(
    async () => {
      const response = await transport.send({
        method: 'POST',
        url,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: form.toString(),
        signal,
        headersTimeoutMs: TOKEN_TIMEOUT_MS,
      });
      const body = await readBody(response, {
        limitBytes: TOKEN_LIMIT_BYTES,
        timeoutMs: TOKEN_TIMEOUT_MS,
        clock,
        signal,
      });
      return parseToken(response, body, options);
    },
    { retries, clock, random, signal },
  );
}

function parseToken(
  { status, headers, url }: HttpResponse,
  body: Buffer,
  { clock, tenant }: ClientCredentialOptions,
): Token {
  const answer = parseObject(body);
  if (status >= 200 && status < 300) {
    const accessToken = answer?.access_token;
    if (typeof accessToken !== 'string') {
      throw new ExpectedError('BAD_RESPONSE', `${url.host} answered ${status} without a token`, {
        httpStatus: status,
      });
    }
    const lifetime = answer?.expires_in;
    const lifetimeSeconds =
      typeof lifetime === 'number' && lifetime > 0 ? lifetime : DEFAULT_LIFETIME_SECONDS;
    return {
      authorization: `Bearer ${parseSecret(accessToken, 'the token of the sign-in service')}`,
      renewAtMs:
        clock.monotonicMs() + Math.max(lifetimeSeconds * 1000 - RENEW_EARLY_MS, lifetimeSeconds * 500),
    };
  }
  if (isTransientStatus(status)) {
    throw new ExpectedError('UNAVAILABLE', `${url.host} answered ${status} when asked for a token`, {
      httpStatus: status,
      transient: true,
      retryAfterMs: parseRetryAfter(headers.get('retry-after'), clock.now()) ?? undefined,
    });
  }
  if (status >= 300 && status < 400) {
    throw new ExpectedError(
      'BAD_RESPONSE',
      `${url.host} redirects the token request, which is never followed`,
      {
        httpStatus: status,
        hint: 'check --sso-url',
      },
    );
  }
  const reason = answer?.error_description ?? answer?.error;
  throw new ExpectedError(
    'AUTH',
    `no token for tenant ${JSON.stringify(tenant)} (HTTP ${status}${typeof reason === 'string' ? `: ${reason}` : ''})`,
    {
      httpStatus: status,
      hint:
        status === 404
          ? 'check the tenant (STREAMDIVER_TENANT) and --sso-url'
          : 'check STREAMDIVER_CLIENT_ID and STREAMDIVER_CLIENT_SECRET',
    },
  );
}

function parseObject(body: Buffer): JsonObject | null {
  try {
    const value = parseJson(body, 'the answer');
    return isObject(value) ? value : null;
  } catch (error) {
    if (!isExpectedError(error, 'BAD_RESPONSE')) throw error;
    return null;
  }
}
