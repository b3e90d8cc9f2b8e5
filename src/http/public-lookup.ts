import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { ExpectedError } from '../errors.ts';
import { isPrivateAddress, isPrivateHost } from './private-address.ts';

/** The services that the user named. What they hand out may lead to other hosts, which nobody vouches for. */
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
  /** @throws ExpectedError UNSAFE for a private host as it is written, unless the API itself is in a private network */
  check(url: URL): void;
  /** Option of net.connect(): leaves out private addresses of hosts that only the service named. */
  readonly lookup: (hostname: string, options: LookupOptions, callback: LookupCallback) => void;
}

/**
 * Keeps a public service from sending us into networks that only this machine can reach. The address that a connection is
 * made to is the one that is checked: a name that resolves to something else a moment later changes nothing.
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
  return new ExpectedError('UNSAFE', `the service sent us to the private address ${host}; refused`, {
    hint: 'report this to the service: it must not reach into networks of its users',
  });
}
