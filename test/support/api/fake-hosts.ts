import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from '../temp-folder.ts';

/**
 * Flags for Node that simulate another network for a spawned program: names resolve to the given addresses, but
 * connections to other machines actually go to 127.0.0.1.
 */
export function fakeHostFlags(hosts: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const modulePath = join(makeTempFolder('fake-hosts-'), 'preload.mjs');
  writeFileSync(modulePath, `const hosts = ${JSON.stringify(hosts)};\n${PRELOAD}`);
  return ['--import', modulePath];
}

const PRELOAD = `
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';

const realLookup = dns.lookup;
dns.lookup = (name, options, callback) => {
  const addresses = hosts[name];
  if (addresses === undefined) return realLookup(name, options, callback);
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  process.nextTick(() => options.all ? callback(null, found) : callback(null, found[0].address, found[0].family));
};

const isLocal = (address) => address.startsWith('127.') || address === '::1';
const localized = ({ address, family }) => isLocal(address) ? { address, family } : { address: '127.0.0.1', family: 4 };
const realConnect = tls.connect;
tls.connect = (options) => realConnect({
  ...options,
  lookup(name, lookupOptions, callback) {
    (options.lookup ?? dns.lookup)(name, { ...lookupOptions, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const reached = found.map(localized);
      if (lookupOptions.all) callback(null, reached);
      else callback(null, reached[0].address, reached[0].family);
    });
  },
});
syncBuiltinESMExports();
`;
