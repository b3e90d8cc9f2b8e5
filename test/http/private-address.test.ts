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
    ['::2', false],
    ['fe80::1', true],
    ['fd00:ec2::254', true],
    ['2001:db8::1', false],
    ['::ffff:10.0.0.1', true],
    ['::ffff:8.8.8.8', false],
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
    ['https://localhost.example', false],
    ['https://api.example', false],
    ['https://8.8.8.8', false],
  ])('%s: %j', (url, isPrivate) => {
    expect(isPrivateHost(new URL(url))).toBe(isPrivate);
  });
});
