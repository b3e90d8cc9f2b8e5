import { describe, expect, test } from 'vitest';
import { isPrivateAddress, isPrivateHost } from '../../src/http/private-address.ts';

describe('isPrivateAddress', () => {
  test.each([
    ['127.0.0.1', true],
    ['127.255.255.255', true],
    ['128.0.0.0', false],
    ['10.0.0.0', true],
    ['11.0.0.0', false],
    ['172.15.255.255', false],
    ['172.16.0.0', true],
    ['172.32.0.0', false],
    ['100.64.0.1', true],
    ['100.128.0.0', false],
    ['169.254.169.254', true],
    ['192.168.1.1', true],
    ['0.0.0.0', true],
    ['8.8.8.8', false],
    ['::', true],
    ['::1', true],
    ['::2', true],
    ['fe80::1', true],
    ['fd00:ec2::254', true],
    ['2001:db8::1', true],
    ['::ffff:10.0.0.1', true],
    ['::ffff:8.8.8.8', false],
    ['::127.0.0.1', true],
    ['::7f00:1', true],
    ['::8.8.8.8', false],
    ['::ffff:0:10.0.0.1', true],
    ['64:ff9b::10.0.0.1', true],
    ['64:ff9b::169.254.169.254', true],
    ['64:ff9b::8.8.8.8', false],
    ['64:ff9b:1::8.8.8.8', true],
    ['2002:7f00:1::', true],
    ['2002:c0a8:101::1', true],
    ['2002:808:808::1', false],
    ['fec0::1', true],
    ['feff::1', true],
    ['fc00::1', true],
    ['fe80::1%eth0', true],
    ['ff02::1', true],
    ['100::1', true],
    ['2606:4700::1111', false],
    ['192.0.0.8', true],
    ['192.0.1.1', false],
    ['198.17.255.255', false],
    ['198.18.0.1', true],
    ['198.19.255.255', true],
    ['198.20.0.0', false],
    ['223.255.255.255', false],
    ['224.0.0.1', true],
    ['239.255.255.255', true],
    ['240.0.0.1', true],
    ['255.255.255.255', true],
    ['no-address', false],
  ])('%s: %j', (address, isPrivate) => {
    expect(isPrivateAddress(address)).toBe(isPrivate);
  });
});

describe('isPrivateHost', () => {
  test.each([
    ['https://localhost', true],
    ['https://LOCALHOST.', true],
    ['https://a.localhost', true],
    ['https://127.1', true],
    ['https://0x7f000001', true],
    ['https://2130706433', true],
    ['https://[::1]', true],
    ['https://[::127.0.0.1]', true],
    ['https://[64:ff9b::127.0.0.1]', true],
    ['https://[2002:7f00:1::]', true],
    ['https://localhost.example', false],
    ['https://api.example', false],
    ['https://8.8.8.8', false],
  ])('%s: %j', (url, isPrivate) => {
    expect(isPrivateHost(new URL(url))).toBe(isPrivate);
  });
});
