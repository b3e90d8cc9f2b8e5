import type { Command } from 'commander';
import { withEntry } from '../config/credential-file.ts';
import { tokenKey } from '../config/token-file.ts';
import type { AccountContext } from '../context.ts';

export interface LogoutOptions {
  /** Every credential of every profile. */
  readonly all: boolean;
}

interface RawFlags {
  readonly all?: boolean;
}

export function defineLogout(
  parent: Command,
  action: (options: LogoutOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('logout')
    .summary('Delete a stored credential')
    .description('Delete the stored credential of this profile and API, with its tokens. Settings are kept.')
    .optionsGroup('Scope:')
    .option('--all', 'Delete every credential of every profile')
    .action((flags: RawFlags, self: Command) => action({ all: flags.all === true }, self));
}

export async function logout({ all }: LogoutOptions, context: AccountContext): Promise<void> {
  const { io, store, profile, world } = context;
  // --all works even if a setting is invalid.
  const origin = all ? '' : context.connection.apiUrl.origin;
  const entries = [...(await store.readCredentials())].flatMap(([name, byOrigin]) =>
    [...byOrigin].map(([apiOrigin, entry]) => ({ profile: name, apiOrigin, entry })),
  );
  const removed = all
    ? entries
    : entries.filter((entry) => entry.profile === profile && entry.apiOrigin === origin);
  if (removed.length > 0) {
    await store.changeCredentials((credentials) =>
      removed.reduce(
        (left, { profile: name, apiOrigin }) => withEntry(left, name, apiOrigin, undefined),
        credentials,
      ),
    );
  }
  const keys = new Set(removed.flatMap(({ entry }) => (entry.kind === 'client' ? [tokenKey(entry)] : [])));
  await store.forgetTokens((key) => all || keys.has(key));
  const summary = removed.map(({ profile: name, apiOrigin }) => ({ profile: name, apiOrigin }));
  if (io.format === 'json') io.json({ removed: summary });
  for (const { profile: name, apiOrigin } of summary)
    io.info(`Signed out of ${apiOrigin} (profile ${name}).`);
  if (summary.length === 0)
    io.info(all ? 'No stored credentials.' : `Not signed in to ${origin} (profile ${profile}).`);
  const others = entries.filter((entry) => entry.profile === profile && !removed.includes(entry));
  for (const { apiOrigin } of others)
    io.hint(`still signed in to ${apiOrigin}; to sign out: logout --api-url ${apiOrigin}`);
  const variable = ['STREAMDIVER_TOKEN', 'STREAMDIVER_CLIENT_SECRET'].find((name) => world.env[name]);
  if (variable !== undefined) io.warn(`${variable} is set and still used`);
}
