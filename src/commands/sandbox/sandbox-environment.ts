import { withoutOwnVariables } from '../../auth/own-variables.ts';
import type { Sandbox } from '../../sandbox/start.ts';
import type { World } from '../../world.ts';

/** The variables that point this program, and scripts that use it, to a sandbox. */
export function sandboxVariables(
  server: Pick<Sandbox, 'apiUrl' | 'ssoUrl' | 'token' | 'tenant' | 'clientId' | 'clientSecret'>,
): Readonly<Record<string, string>> {
  return {
    STREAMDIVER_API_URL: server.apiUrl,
    STREAMDIVER_SSO_URL: server.ssoUrl,
    STREAMDIVER_TOKEN: server.token,
    STREAMDIVER_TENANT: server.tenant,
    STREAMDIVER_CLIENT_ID: server.clientId,
    STREAMDIVER_CLIENT_SECRET: server.clientSecret,
  };
}

/** A complete environment for the sandbox. It must not use a real token or profile, or write to the real store. */
export function sandboxEnvironment(
  server: Parameters<typeof sandboxVariables>[0] & Pick<Sandbox, 'configFolder'>,
  env: World['env'],
): Readonly<Record<string, string | undefined>> {
  return {
    ...withoutOwnVariables(env),
    ...sandboxVariables(server),
    STREAMDIVER_CONFIG_DIR: server.configFolder,
  };
}
