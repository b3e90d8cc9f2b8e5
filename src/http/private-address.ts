import { BlockList, isIP } from 'node:net';

/**
 * Addresses outside the public internet: not globally reachable in the IANA registries of special-purpose addresses
 * (RFC 6890), multicast, and site-local prefixes of older standards.
 */
const PRIVATE = new BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  PRIVATE.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of [
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(address, prefix, 'ipv6');

/** Prefixes before an IPv4 address, with the 16-bit group at which it starts. */
const EMBEDDING = [
  // IPv4-compatible (RFC 4291 2.5.5.1), IPv4-mapped, IPv4-translated (RFC 6145), NAT64 (RFC 6052).
  { prefix: /^0:0:0:0:0:0:/, firstGroup: 6 },
  { prefix: /^0:0:0:0:0:ffff:/, firstGroup: 6 },
  { prefix: /^0:0:0:0:ffff:0:/, firstGroup: 6 },
  { prefix: /^64:ff9b:0:0:0:0:/, firstGroup: 6 },
  // 6to4 (RFC 3056).
  { prefix: /^2002:/, firstGroup: 1 },
] as const;

/**
 * Whether an IP address belongs to this machine or a private network. An IPv4 address inside an IPv6 address counts as
 * IPv4, because NAT64 maps all public IPv4 addresses.
 */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 4) return PRIVATE.check(bare, 'ipv4');
  if (family !== 6) return false;
  if (PRIVATE.check(bare, 'ipv6')) return true;
  const embedded = embeddedAddress(bare);
  return embedded !== null && PRIVATE.check(embedded, 'ipv4');
}

/** Whether the host of a URL is private, without resolving names. */
export function isPrivateHost({ hostname }: Pick<URL, 'hostname'>): boolean {
  const name = hostname.replace(/\.$/, '');
  return (
    name === 'localhost' || name.endsWith('.localhost') || isPrivateAddress(name.replace(/^\[|\]$/g, ''))
  );
}

function embeddedAddress(address: string): string | null {
  const groups = groupsOf(address);
  const text = `${groups.map((group) => group.toString(16)).join(':')}:`;
  const found = EMBEDDING.find(({ prefix }) => prefix.test(text));
  if (found === undefined) return null;
  const [high = 0, low = 0] = groups.slice(found.firstGroup);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups. The URL parser converts any IPv6 address to its shortest form, without dots. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const numbers = (text = '') =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [numbers(head), numbers(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
