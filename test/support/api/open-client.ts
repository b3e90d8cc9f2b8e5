import { type Api, type ApiOptions, createApi } from '../../../src/api/client.ts';
import { tokenCredential } from '../../../src/auth/credential.ts';
import type { Clock } from '../../../src/clock.ts';
import { openTransport } from './open-transport.ts';

/** A real client of the API on this server, with a token and without retries. Its connections close when the test ends. */
export function openClient(
  { origin }: { readonly origin: string },
  { clock, ...options }: Partial<ApiOptions> & { readonly clock: Clock },
): Api {
  return createApi({
    transport: openTransport(clock),
    credential: tokenCredential('word'),
    apiUrl: new URL(`${origin}/v2`),
    clock,
    random: () => 0,
    retries: 0,
    ...options,
  });
}
