import type { Clock } from '../../../src/clock.ts';
import { createTransport, type Transport } from '../../../src/http/transport.ts';
import { afterThisTest } from '../after-this-test.ts';

/** A real HTTP client without a proxy or custom certificates; closed when the test ends. */
export function openTransport(clock: Clock): Transport {
  const transport = createTransport({
    clock,
    certificates: () => null,
    proxy: { http: null, https: null, noProxy: '' },
    services: { apiUrl: new URL('http://127.0.0.1'), ssoUrl: new URL('http://127.0.0.1') },
    userAgent: 'test',
    nodeVersion: process.version,
  });
  afterThisTest(() => transport.close());
  return transport;
}
