import type { JsonObject } from '../parse/json.ts';
import { FILE_VERSION, refuseUnknownKeys, requireObject, requireText, WrongValue } from './json-file.ts';

/** A credential stored by `login`. */
export type StoredCredential =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'client';
      /** The secret belongs to this sign-in service and goes to no other. */
      readonly ssoUrl: string;
      readonly tenant: string;
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | { readonly kind: 'command'; readonly command: string };

/** `credentials.json`: profile, then origin of the API, such as `https://api.streamdiver.com`. */
export type Credentials = ReadonlyMap<string, ReadonlyMap<string, StoredCredential>>;

/** @throws WrongValue for anything that `login` does not write; messages never contain values */
export function parseCredentials(document: JsonObject): Credentials {
  refuseUnknownKeys(document, ['version', 'profiles'], []);
  const profiles = requireObject(document.profiles ?? {}, ['profiles']);
  return new Map(
    Object.entries(profiles).map(([name, entries]) => {
      const path = ['profiles', name];
      const byOrigin = Object.entries(requireObject(entries, path));
      return [
        name,
        new Map(byOrigin.map(([origin, entry]) => [origin, parseEntry(entry, [...path, origin])])),
      ];
    }),
  );
}

function parseEntry(value: unknown, path: readonly string[]): StoredCredential {
  const entry = requireObject(value, path);
  const text = (key: string) => requireText(entry, key, path);
  switch (entry.kind) {
    case 'token':
      return { kind: 'token', token: text('token') };
    case 'client':
      return {
        kind: 'client',
        ssoUrl: text('ssoUrl'),
        tenant: text('tenant'),
        clientId: text('clientId'),
        clientSecret: text('clientSecret'),
      };
    case 'command':
      return { kind: 'command', command: text('command') };
    default:
      throw new WrongValue([...path, 'kind'], 'unknown kind of credential');
  }
}

/** The document of `credentials.json`. */
export function credentialsDocument(credentials: Credentials): JsonObject {
  const profiles = [...credentials].map(([name, byOrigin]) => [name, Object.fromEntries(byOrigin)] as const);
  return { version: FILE_VERSION, profiles: Object.fromEntries(profiles) };
}

/** The credentials with one entry changed. undefined removes it; all other entries are kept. */
export function withEntry(
  credentials: Credentials,
  profile: string,
  origin: string,
  entry: StoredCredential | undefined,
): Credentials {
  const byOrigin = new Map(credentials.get(profile));
  if (entry === undefined) byOrigin.delete(origin);
  else byOrigin.set(origin, entry);
  const changed = new Map(credentials);
  if (byOrigin.size === 0) changed.delete(profile);
  else changed.set(profile, byOrigin);
  return changed;
}
