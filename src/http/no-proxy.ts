import { BlockList, isIP } from 'node:net';

/**
 * Whether NO_PROXY takes a URL past the proxy, as curl reads it: names with their sub-domains, a leading and a trailing
 * dot mean nothing, addresses as they are or as a network (`10.0.0.0/8`), IPv6 with or without brackets. Beyond curl,
 * `*` counts inside a list too, `*.` is read as a leading dot, an entry may end in a port, and blanks separate.
 */
export function isExemptFromProxy(url: URL, noProxy: string): boolean {
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const matches = isIP(host) === 0 ? nameMatches : addressMatches;
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const { text, entryPort } = splitPort(entry.toLowerCase());
    return (entryPort === null || entryPort === port) && matches(host, text);
  });
}

/** `host:port` and `[v6]:port`; an IPv6 address without brackets has no port. */
function splitPort(entry: string): { text: string; entryPort: number | null } {
  const [, text, port] = /^(\[[^\]]*\][^:]*|[^:]*):(\d{1,5})$/.exec(entry) ?? [];
  return text === undefined ? { text: entry, entryPort: null } : { text, entryPort: Number(port) };
}

function nameMatches(host: string, entry: string): boolean {
  const name = entry.replace(/^\*?\./, '').replace(/\.$/, '');
  return name !== '' && (host === name || host.endsWith(`.${name}`));
}

function addressMatches(host: string, entry: string): boolean {
  const [address = '', bits] = entry.replace(/[[\]]/g, '').split('/');
  const family = isIP(address);
  if (family === 0 || family !== isIP(host)) return false;
  const width = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? width : Number(bits);
  if (!/^\d{1,3}$/.test(bits ?? '0') || prefix > width) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const network = new BlockList();
  network.addSubnet(address, prefix, type);
  return network.check(host, type);
}
