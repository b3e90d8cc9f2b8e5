import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { ExpectedError } from '../errors.ts';
import { isPrivateAddress, isPrivateHost } from './private-address.ts';

/** The services that the user configured. Their URLs can lead to other, untrusted hosts. */
export interface OwnServices {
  readonly apiUrl: URL;
  readonly ssoUrl: URL;
}

type LookupCallback = (
  error: NodeJS.ErrnoException | ExpectedError | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

export interface PrivateNetworkGuard {
  /** @throws ExpectedError UNSAFE for a private host, unless the API itself is in a private network */
  check(url: URL): void;
  /** Option of net.connect(): removes private addresses of hosts that the user did not configure. */
  readonly lookup: (hostname: string, options: LookupOptions, callback: LookupCallback) => void;
}

/**
 * Prevents a public service from directing requests to private networks. Checks the address that is connected to, so a
 * name cannot resolve to a different address later (DNS rebinding).
 */
export function guardPrivateNetworks({ apiUrl, ssoUrl }: OwnServices): PrivateNetworkGuard {
  const ownNames = new Set([apiUrl.hostname, ssoUrl.hostname]);
  let isApiPrivate = isPrivateHost(apiUrl);
  return {
    check(url) {
      if (isApiPrivate || ownNames.has(url.hostname) || !isPrivateHost(url)) return;
      throw privateAddress(url.host);
    },
    lookup(hostname, options, callback) {
      lookup(hostname, { ...options, all: true }, (error, found) => {
        if (error !== null) return callback(error, []);
        const reachable = found.filter(({ address }) => !isPrivateAddress(address));
        if (hostname === apiUrl.hostname && reachable.length < found.length) isApiPrivate = true;
        const usable = isApiPrivate || ownNames.has(hostname) ? found : reachable;
        const [first] = usable;
        if (first === undefined) return callback(privateAddress(hostname), []);
        return options.all === true ? callback(null, usable) : callback(null, first.address, first.family);
      });
    },
  };
}

function privateAddress(host: string): ExpectedError {
  return new ExpectedError('UNSAFE', `refusing redirect to the private address ${host}`, {
    hint: 'report this to the operator of the service',
  });
}
