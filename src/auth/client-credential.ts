import type { Clock } from '../clock.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { readBody } from '../http/body.ts';
import { isTransientStatus, parseRetryAfter, withRetries } from '../http/retry.ts';
import type { HttpResponse, Transport } from '../http/transport.ts';
import { readFirst, readSeconds } from '../parse/fields.ts';
import { isObject, type JsonObject, parseJson, textOrNull, withoutByteOrderMark } from '../parse/json.ts';
import { percentEncoded } from '../parse/percent-encoded.ts';
import type { Credential } from './credential.ts';
import { parseSecret } from './secret-text.ts';
import type { CachedToken, TokenCache } from './token-cache.ts';

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
  /** Keeps the token between runs; without it every run fetches its own. */
  readonly cache?: TokenCache;
}

interface Token {
  readonly authorization: string;
  /** On the monotonic clock. */
  readonly renewAtMs: number;
  /** On the wall clock. */
  readonly expiresMs: number;
}

const DEFAULT_LIFETIME_SECONDS = 16 * 3600;
/** Ten years: more is a mistake, or another unit. */
const MAX_LIFETIME_SECONDS = 10 * 365 * 86_400;
const RENEW_EARLY_MS = 60_000;
/** By so much a clock may be put back without a kept token being doubted. */
const CLOCK_SLACK_MS = 60_000;
const TOKEN_TIMEOUT_MS = 30_000;
const TOKEN_LIMIT_BYTES = 1_048_576;

/**
 * OAuth 2.0 client credentials (RFC 6749 4.4). The token is fetched when
 * first needed, kept, and asked for again a minute before it expires or when refused. Processes that
 * share a cache renew one after the other, and use what another one has fetched meanwhile.
 */
export function clientCredential(options: ClientCredentialOptions): Credential {
  const { clock } = options;
  let token: Token | undefined;
  let pending: Promise<Token> | undefined;

  const obtain = async (refused: string | null, signal: AbortSignal): Promise<Token> => {
    pending ??= renewOnce(options, refused, signal)
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
      token ??= (await readCached(options, null)) ?? undefined;
      if (token !== undefined && clock.monotonicMs() < token.renewAtMs) return token.authorization;
      return (await obtain(null, signal)).authorization;
    },
    async renew(refused, signal) {
      // Somebody else renewed it while this request was under way.
      if (pending === undefined && token !== undefined && token.authorization !== refused) return true;
      const renewed = await obtain(refused, signal);
      return renewed.authorization !== refused;
    },
    expiresMs: () => token?.expiresMs ?? null,
  };
}

async function renewOnce(
  options: ClientCredentialOptions,
  refused: string | null,
  signal: AbortSignal,
): Promise<Token> {
  const { cache } = options;
  if (cache === undefined) return toToken(await requestToken(options, signal), options);
  return await cache.exclusively(async () => {
    const cached = await readCached(options, refused);
    if (cached !== null) return cached;
    const fetched = await requestToken(options, signal);
    await cache.write(fetched);
    return toToken(fetched, options);
  });
}

/** A cached token that is fresh and not the refused one. One from the future was kept by a wrong clock. */
async function readCached(options: ClientCredentialOptions, refused: string | null): Promise<Token | null> {
  const cached = (await options.cache?.read()) ?? null;
  const nowMs = options.clock.now();
  if (cached === null || nowMs >= cached.renewMs || nowMs < cached.fetchedMs - CLOCK_SLACK_MS) return null;
  const token = toToken(cached, options);
  return token.authorization === refused ? null : token;
}

function toToken({ token, renewMs, expiresMs }: CachedToken, { clock }: ClientCredentialOptions): Token {
  return {
    authorization: `Bearer ${parseReceived(token)}`,
    renewAtMs: clock.monotonicMs() + renewMs - clock.now(),
    expiresMs,
  };
}

function parseReceived(token: string): string {
  return parseSecret(
    token,
    'the token of the sign-in service',
    'check the address of that service (--sso-url)',
  );
}

async function requestToken(options: ClientCredentialOptions, signal: AbortSignal): Promise<CachedToken> {
  const { transport, clock, random, ssoUrl, tenant, clientId, clientSecret, retries } = options;
  const base = ssoUrl.href.replace(/\/+$/, '');
  const url = new URL(`${base}/realms/${percentEncoded(tenant)}/protocol/openid-connect/token`);
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
): CachedToken {
  const answer = parseObject(body);
  if (status >= 200 && status < 300) {
    const accessToken = readFirst(answer ?? {}, ['access_token'], textOrNull);
    if (accessToken === null) {
      throw new ExpectedError('BAD_RESPONSE', `${url.host} answered ${status} without a token`, {
        httpStatus: status,
      });
    }
    const lifetimeSeconds = readFirst(answer ?? {}, ['expires_in'], readLifetime) ?? DEFAULT_LIFETIME_SECONDS;
    const fetchedMs = clock.now();
    return {
      token: parseReceived(accessToken),
      fetchedMs,
      renewMs: fetchedMs + Math.max(lifetimeSeconds * 1000 - RENEW_EARLY_MS, lifetimeSeconds * 500),
      expiresMs: fetchedMs + lifetimeSeconds * 1000,
    };
  }
  if (isTransientStatus(status)) {
    throw new ExpectedError('UNAVAILABLE', `${url.host} answered ${status} when asked for a token`, {
      httpStatus: status,
      transient: true,
      retryAfterMs: parseRetryAfter(headers, clock.now()) ?? undefined,
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
          ? 'check the tenant and --sso-url; streamdiver-dl whoami --no-verify shows where they come from'
          : 'check the client id and secret; streamdiver-dl whoami --no-verify shows where they come from',
    },
  );
}

/** In seconds; null for what is no usable time, or longer than a timer can count. */
function readLifetime(value: unknown): number | null {
  const seconds = readSeconds(value) ?? 0;
  return seconds > 0 && seconds <= MAX_LIFETIME_SECONDS ? seconds : null;
}

function parseObject(body: Buffer): JsonObject | null {
  try {
    const value = parseJson(withoutByteOrderMark(body), 'the answer');
    return isObject(value) ? value : null;
  } catch (error) {
    if (!isExpectedError(error, 'BAD_RESPONSE')) throw error;
    return null;
  }
}
