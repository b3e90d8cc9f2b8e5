import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listTree, unlessGone } from '../temp-folder.ts';

/** The default token of all runs. The sandbox accepts tokens with this prefix. */
export const CANARY_TOKEN = 'sandbox-CANARY-8Jq+Zx/4kW9~v7Rb';

/** The part of a secret to search for: all of it, except the end that `whoami` shows (at most four characters). */
function tellingPart(secret: string): string {
  const part = secret.replace(/^sandbox-/, '').slice(0, -4);
  return part.length >= 8 ? part : secret;
}

/** The reversible forms of a secret: raw, percent-encoded, base64, hex, JSON-escaped, reversed. */
export function spellingsOf(secret: string): readonly string[] {
  const part = tellingPart(secret);
  const bytes = Buffer.from(part, 'utf8');
  const percentAll = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const unicodeAll = Array.from(
    { length: part.length },
    (_, index) => `\\u${part.charCodeAt(index).toString(16).padStart(4, '0')}`,
  );
  // Base64 depends on the offset of the secret in a group of three bytes: take the complete groups of all three.
  const base64 = [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = encoded.slice(shift === 0 ? 0 : 4, encoded.length - (encoded.length % 4));
    return inner.length < 8 ? [] : [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [
    ...new Set([
      part,
      encodeURIComponent(part),
      encodeURI(part),
      percentAll,
      JSON.stringify(part).slice(1, -1),
      part.replaceAll('/', '\\/'),
      unicodeAll.join(''),
      bytes.toString('hex'),
      Array.from(part).toReversed().join(''),
      ...base64,
    ]),
  ];
}

const spellings = new Map<string, readonly string[]>();

/** Cached, because every file of every run is searched. */
function knownSpellings(secret: string): readonly string[] {
  const known = spellings.get(secret) ?? spellingsOf(secret);
  spellings.set(secret, known);
  return known;
}

/** Does not copy the bytes. */
function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

/** Returns the form of the secret found in some bytes, ignoring case; undefined if none. */
export function findSecret(bytes: string | Uint8Array, secret: string): string | undefined {
  const text = (typeof bytes === 'string' ? bytes : latin1(bytes)).toLowerCase();
  return knownSpellings(secret).find((spelling) => text.includes(spelling.toLowerCase()));
}

/** @throws Error naming the place and the form if one of the secrets appears */
export function assertNoSecret(
  place: string,
  bytes: string | Uint8Array,
  secrets: readonly string[] = [CANARY_TOKEN],
): void {
  for (const secret of secrets) {
    const found = findSecret(bytes, secret);
    if (found !== undefined) throw new Error(`a secret shows in ${place}, spelled ${JSON.stringify(found)}`);
  }
}

/** Searches all files below a folder, including names; `mayHold` exempts the credential store. */
export function assertNoSecretInFiles(
  folder: string,
  secrets: readonly string[] = [CANARY_TOKEN],
  mayHold: (path: string) => boolean = () => false,
): void {
  for (const entry of listTree(folder)) {
    assertNoSecret(`the name of ${entry.path}`, entry.path, secrets);
    const path = join(folder, entry.path);
    if (entry.type !== 'file' || mayHold(path)) continue;
    const bytes = unlessGone(() => readFileSync(path));
    if (bytes !== null) assertNoSecret(path, bytes, secrets);
  }
}

/**
 * Checks that the credential is sent only to its own origin: searches the raw bytes that other servers
 * received, per connection and in total.
 */
export function assertNoCanaryElsewhere(
  servers: readonly { readonly origin: string; rawLog(): readonly Buffer[] }[],
  apiOrigin: string,
  secrets: readonly string[] = [CANARY_TOKEN],
): void {
  for (const server of servers) {
    if (server.origin === apiOrigin) continue;
    for (const [index, bytes] of server.rawLog().entries()) {
      assertNoSecret(`connection ${index} of ${server.origin}`, bytes, secrets);
    }
  }
}
