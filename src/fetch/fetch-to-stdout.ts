import { createHash } from 'node:crypto';
import type { Package } from '../api/package.ts';
import type { Context } from '../context.ts';
import { stdoutDestination } from '../download/part/stdout-destination.ts';
import { inspectStart } from '../download/response/expected-content.ts';
import { createRemoteObject } from '../download/response/remote-object.ts';
import { transfer } from '../download/transfer/transfer.ts';
import { ExpectedError } from '../errors.ts';
import { expectedContent, fileUrl, renewUrl } from './fetch-package.ts';
import type { FetchRun } from './fetch-run.ts';
import { reportFileEvents } from './file-events.ts';

/**
 * Streams the only file of a package to standard output (`-o -`), and checks its size and validator. The
 * directory of an archive is at its end, so its checksums are unknown while data is written. A digest on the
 * command line is checked at the end.
 * @throws ExpectedError USAGE for several files, INTEGRITY if the digest does not match
 */
export async function fetchToStdout(
  item: Package,
  { flags, budget, limitRate }: FetchRun,
  context: Context,
): Promise<void> {
  const { api, io, clock } = context;
  const [file, ...others] = item.files;
  if (file === undefined || others.length > 0) {
    throw new ExpectedError(
      'USAGE',
      `package ${item.id} has ${item.files.length} files, but -o - accepts one`,
      {
        hint: 'use -D DIR',
      },
    );
  }
  const hash = flags.checksum !== null || flags.sha256 ? createHash('sha256') : null;
  const expected = expectedContent(item, file, { mustBeArchive: false });
  await transfer(
    {
      object: createRemoteObject(
        { url: fileUrl(file, api.url), renewUrl: () => renewUrl(item.id, 0, context) },
        context,
      ),
      pinned: null,
      sizeBytes: flags.ignoreSize ? null : file.sizeBytes,
      maxSizeBytes: flags.maxSizeBytes,
      isVerifiedLater: flags.checksum !== null,
      tailBytes: 0,
      onObject: () => undefined,
      inspectStart: (head, contentType) => inspectStart(expected, head, contentType),
    },
    stdoutDestination(async (chunk) => {
      hash?.update(chunk);
      await io.bytes(chunk);
    }),
    {
      ...context,
      retries: flags.retries,
      budget,
      connections: 1,
      limitRate,
      onEvent: reportFileEvents(io, { id: item.id, label: item.title ?? item.id, clock }),
    },
  );
  const sha256 = hash?.digest('hex') ?? null;
  if (flags.checksum !== null && sha256 !== flags.checksum) {
    throw new ExpectedError(
      'INTEGRITY',
      `SHA-256 mismatch: got ${sha256 ?? ''}, expected ${flags.checksum}`,
      {
        id: item.id,
        hint: 'discard the output',
      },
    );
  }
  if (flags.sha256 && sha256 !== null) io.info(`sha256 ${sha256}`);
}
