import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listTree, unlessGone } from '../temp-folder.ts';

/** The token of every run that names no other; the sandbox takes tokens with this beginning. */
export const CANARY_TOKEN = 'sandbox-CANARY-8Jq+Zx/4kW9~v7Rb';

/** A secret to look for: all of it, or the part that a mask (`whoami`, at most four characters) leaves out. */
function tellingPart(secret: string): string {
  const part = secret.replace(/^sandbox-/, '').slice(0, -4);
  return part.length >= 8 ? part : secret;
}

/** The ways a secret may be written and still be read back: raw, percent-encoded, base64, hex, JSON-escaped, reversed. */
export function spellingsOf(secret: string): readonly string[] {
  const part = tellingPart(secret);
  const bytes = Buffer.from(part, 'utf8');
  const percentAll = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const unicodeAll = Array.from(
    { length: part.length },
    (_, index) => `\\u${part.charCodeAt(index).toString(16).padStart(4, '0')}`,
  );
  // Base64 depends on where the secret starts within a group of three bytes: the whole groups of all three.
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

/** Every file of every run is searched, so what is known of a secret is kept. */
function knownSpellings(secret: string): readonly string[] {
  const known = spellings.get(secret) ?? spellingsOf(secret);
  spellings.set(secret, known);
  return known;
}

/** Without a copy of the bytes. */
function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

/** The spelling found in some bytes, or nothing. Letter case does not matter. */
export function findSecret(bytes: string | Uint8Array, secret: string): string | undefined {
  const text = (typeof bytes === 'string' ? bytes : latin1(bytes)).toLowerCase();
  return knownSpellings(secret).find((spelling) => text.includes(spelling.toLowerCase()));
}

/** @throws Error naming the place and the spelling when one of the secrets shows. */
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

/** Looks through every file below a folder, names included; `mayHold` exempts the credential store. */
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
 * The credential travels to its own origin and to no other: looks through the raw bytes that the
 * other servers received, whole and connection by connection.
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
