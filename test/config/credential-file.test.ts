import { expect, test } from 'vitest';
import { type Credentials, type StoredCredential, withEntry } from '../../src/config/credential-file.ts';

const ORIGIN = 'https://api.example.com';
const token = (text: string): StoredCredential => ({ kind: 'token', token: text });
const plain = (credentials: Credentials) =>
  Object.fromEntries(
    [...credentials].map(([profile, byOrigin]) => [profile, Object.fromEntries(byOrigin)] as const),
  );

test('one entry is set or removed, and all others are kept', () => {
  const before: Credentials = new Map([
    ['work', new Map([['https://other.example.com', token('a')]])],
    ['home', new Map([[ORIGIN, token('b')]])],
  ]);
  const added = withEntry(before, 'work', ORIGIN, token('c'));
  expect(plain(added)).toEqual({
    work: { 'https://other.example.com': token('a'), [ORIGIN]: token('c') },
    home: { [ORIGIN]: token('b') },
  });
  expect(plain(withEntry(added, 'work', ORIGIN, undefined))).toEqual(plain(before));
  expect(plain(withEntry(before, 'home', ORIGIN, undefined))).toEqual({
    work: { 'https://other.example.com': token('a') },
  });
  expect(plain(withEntry(before, 'new', ORIGIN, token('d')))).toEqual({
    ...plain(before),
    new: { [ORIGIN]: token('d') },
  });
});
