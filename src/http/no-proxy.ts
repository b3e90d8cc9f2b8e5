import { BlockList, isIP } from 'node:net';

/**
 * Whether NO_PROXY exempts a URL, as curl reads it: names with their subdomains (leading and trailing dots are ignored),
 * IP addresses, networks (`10.0.0.0/8`), and IPv6 with or without brackets. In addition to curl, accepts `*` in a list,
 * `*.` as a leading dot, a port after an entry, and whitespace as a separator.
 */
export function isExemptFromProxy(url: URL, noProxy: string): boolean {
  const entries = noProxy.split(/[\s,]+/).filter((entry) => entry !== '');
  // The first isIP() compiles a large expression, which a short command would notice.
  if (entries.length === 0) return false;
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const matches = isIP(host) === 0 ? nameMatches : addressMatches;
  return entries.some((entry) => {
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
