import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { diskError } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { dialectId, withDialectIds } from './dialect/ids.ts';
import { LARGE_CATALOG } from './dialect/large-library.ts';
import { DEFAULT_TRAITS, type Traits } from './dialect/traits.ts';
import { createActiveFaults } from './faults/active-faults.ts';
import type { SandboxFault } from './faults/faults.ts';
import { startSignedStorage } from './files/signed-storage.ts';
import { CATALOG } from './library/built-in-catalog.ts';
import { createBuiltInLibrary } from './library/built-in-library.ts';
import type { Library } from './library/library.ts';
import { makeManyMedia } from './library/many-media.ts';
import { readMediaDirectory } from './library/media-directory.ts';
import { createPackageStore, type PackageStore } from './packages/package-store.ts';
import { handleRequest } from './routes/handle-request.ts';
import { type LocalServer, startLocalServer } from './server/local-server.ts';
import { makeSandboxFolder, type SandboxProcess } from './server/temporary-folder.ts';
import type { SandboxState } from './state/sandbox-state.ts';
import { createTokens } from './state/tokens.ts';

export interface SandboxOptions {
  /** 0 for a free one. */
  readonly port: number;
  /** A folder of the user instead of the built-in library. */
  readonly mediaDirectory?: string;
  /** Number of media items in addition to the built-in library. */
  readonly moreMedia?: number;
  /** Called with each file that cannot be read, and the reason. */
  readonly onSkipped?: (path: string, reason: string) => void;
  /** Minimum time to prepare a package, in addition to creating the archive. */
  readonly prepareMs: number;
  readonly faults: readonly SandboxFault[];
  /** Details of the responses that the documentation leaves open; by default as in docs/openapi.yaml. */
  readonly traits?: Traits;
  /** Default expiry of packages; a week by default. */
  readonly tenantExpiryMs?: number;
  /** If set, the files of killed sandboxes are removed. */
  readonly owner?: SandboxProcess;
}

export interface Sandbox {
  /** http://127.0.0.1:PORT/v2 */
  readonly apiUrl: string;
  /** http://127.0.0.1:PORT */
  readonly ssoUrl: string;
  readonly token: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** A path for settings of the user; not created yet, and removed at the end. */
  readonly configFolder: string;
  /** Its content, for tests. */
  readonly library: Library;
  readonly packages: PackageStore;
  /** Ends all connections and removes all temporary files. */
  close(): Promise<void>;
}

const TENANT = 'sandbox';
const WEEK_MS = 7 * 24 * 3600 * 1000;

/**
 * Starts a local server with the documented Streamdiver API (docs/openapi.yaml).
 * @throws ExpectedError USAGE when the port is in use or the folder does not exist, DISK
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { port, mediaDirectory, prepareMs, tenantExpiryMs = WEEK_MS, traits = DEFAULT_TRAITS } = options;
  const temporary = await makeSandboxFolder(options.owner ?? null);
  const cleanUp: (() => Promise<void>)[] = [() => temporary.remove()];
  const close = async () => {
    for (const step of cleanUp.splice(0).toReversed()) await step();
  };
  try {
    const faults = createActiveFaults(options.faults);
    const [mediaFolder, packageFolder] = [join(temporary.path, 'media'), join(temporary.path, 'packages')];
    await mkdir(mediaFolder, { mode: 0o700 });
    await mkdir(packageFolder, { mode: 0o700 });
    const catalogue = traits.library === 'large' ? [...CATALOG, ...LARGE_CATALOG] : CATALOG;
    const library = withDialectIds(
      mediaDirectory === undefined
        ? await createBuiltInLibrary(
            mediaFolder,
            catalogue,
            await makeManyMedia(options.moreMedia ?? 0, mediaFolder),
          )
        : readMediaDirectory(mediaDirectory, options.onSkipped),
      traits,
    );
    const packages = createPackageStore({
      folder: packageFolder,
      library,
      expiryMs: tenantExpiryMs,
      formId: (id) => dialectId(id, traits),
    });
    cleanUp.push(() => packages.close());
    const hasStorage =
      ['presigned', 'redirect'].includes(traits['file-url']) || faults.find('url-expires') !== undefined;
    const storage = hasStorage ? await startSignedStorage({ packages, faults, traits }) : undefined;
    if (storage !== undefined) cleanUp.push(() => storage.close());

    const tokens = createTokens(faults);
    let state: SandboxState | undefined;
    const server = await listen(port, async (request, response) => {
      // Always set here: there is no I/O between listening and the assignment below.
      if (state !== undefined) await handleRequest(request, response, state);
    });
    cleanUp.push(() => server.close());
    const apiUrl = `${server.origin}/v2`;
    state = {
      library,
      packages,
      tokens,
      faults,
      traits,
      refusedCreations: { count: 0 },
      storage,
      prepareMs,
      startedMs: Date.now(),
      apiUrl,
      tenant: TENANT,
      port: server.port,
    };
    const { token, clientId, clientSecret } = tokens;
    return {
      apiUrl,
      ssoUrl: server.origin,
      token,
      tenant: TENANT,
      clientId,
      clientSecret,
      configFolder: join(temporary.path, 'config'),
      library,
      packages,
      close,
    };
  } catch (error) {
    await close();
    throw diskError(error, temporary.path, 'write', 'set TMPDIR to a folder with more room');
  }
}

async function listen(
  port: number,
  listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<LocalServer> {
  try {
    return await startLocalServer(port, listener);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new ExpectedError('USAGE', `cannot listen on 127.0.0.1:${port} (${code})`, {
      hint: 'use another port, or omit --port for a free one',
      cause: error,
    });
  }
}
