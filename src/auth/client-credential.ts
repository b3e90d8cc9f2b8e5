import type { Clock } from '../clock.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { readBody } from '../http/body.ts';
import { isTransientResponse, parseRetryAfter, withRetries } from '../http/retry.ts';
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
  /** Base URL of the sign-in service, such as https://sso.streamdiver.com. */
  readonly ssoUrl: URL;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly retries: number;
  /** Keeps the token between runs. Without it, every run fetches its own. */
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
/** Ten years; more is a mistake or another unit. */
const MAX_LIFETIME_SECONDS = 10 * 365 * 86_400;
const RENEW_EARLY_MS = 60_000;
/** A cached token remains valid if the clock is set back by up to this amount. */
const CLOCK_SLACK_MS = 60_000;
const TOKEN_TIMEOUT_MS = 30_000;
const TOKEN_LIMIT_BYTES = 1_048_576;

/**
 * OAuth 2.0 client credentials (RFC 6749 4.4). The token is fetched when first needed, cached, and renewed a minute
 * before it expires or when it is refused. Processes that share a cache renew one at a time, and use each other's tokens.
 */
export function clientCredential(options: ClientCredentialOptions): Credential {
  const { clock } = options;
  let token: Token | undefined;
  let pending: Promise<Token> | undefined;

  const obtain = async (refused: string | null, signal: AbortSignal): Promise<Token> => {
    pending ??= renewOnce(options, refused, signal)
      .catch((error: unknown) => {
        // The retries are used up. The call that needs the token must not add its own.
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
      // Another request has already renewed it.
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

/** A fresh cached token other than the refused one. A token from the future was cached with a wrong clock. */
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
  return parseSecret(token, 'the token of the sign-in service', 'check --sso-url');
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
  response: HttpResponse,
  body: Buffer,
  { clock, tenant }: ClientCredentialOptions,
): CachedToken {
  const { status, headers, url } = response;
  const document = parseObject(body);
  const reason = textOrNull(document?.error_description) ?? textOrNull(document?.error);
  const accessToken = readFirst(document ?? {}, ['access_token'], textOrNull);
  // Some servers report errors with HTTP 200.
  if (status >= 200 && status < 300 && (accessToken !== null || reason === null)) {
    if (accessToken === null) {
      throw new ExpectedError('BAD_RESPONSE', `no token in the response of ${url.host} (HTTP ${status})`, {
        httpStatus: status,
      });
    }
    const lifetimeSeconds =
      readFirst(document ?? {}, ['expires_in'], readLifetime) ?? DEFAULT_LIFETIME_SECONDS;
    const fetchedMs = clock.now();
    return {
      token: parseReceived(accessToken),
      fetchedMs,
      renewMs: fetchedMs + Math.max(lifetimeSeconds * 1000 - RENEW_EARLY_MS, lifetimeSeconds * 500),
      expiresMs: fetchedMs + lifetimeSeconds * 1000,
    };
  }
  if (isTransientResponse(response)) {
    throw new ExpectedError('UNAVAILABLE', `cannot get a token from ${url.host} (HTTP ${status})`, {
      httpStatus: status,
      transient: true,
      retryAfterMs: parseRetryAfter(headers, clock.now()) ?? undefined,
    });
  }
  if (status >= 300 && status < 400) {
    throw new ExpectedError('BAD_RESPONSE', `refusing redirect of the token request by ${url.host}`, {
      httpStatus: status,
      hint: 'check --sso-url',
    });
  }
  throw new ExpectedError(
    'AUTH',
    `no token for tenant ${JSON.stringify(tenant)} (HTTP ${status}${reason === null ? '' : `: ${reason}`})`,
    {
      httpStatus: status,
      hint:
        status === 404
          ? "check the tenant and --sso-url with 'streamdiver-dl whoami --no-verify'"
          : "check the client ID and secret; 'streamdiver-dl whoami --no-verify' shows their source",
    },
  );
}

/** In seconds; null for an invalid lifetime, or one beyond the limit. */
function readLifetime(value: unknown): number | null {
  const seconds = readSeconds(value) ?? 0;
  return seconds > 0 && seconds <= MAX_LIFETIME_SECONDS ? seconds : null;
}

function parseObject(body: Buffer): JsonObject | null {
  try {
    const value = parseJson(withoutByteOrderMark(body), 'the response');
    return isObject(value) ? value : null;
  } catch (error) {
    if (!isExpectedError(error, 'BAD_RESPONSE')) throw error;
    return null;
  }
}
