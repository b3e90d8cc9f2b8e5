import type { Context } from '../context.ts';
import {
  type HttpSourceOpening,
  type HttpSourceRequest,
  openHttpSource,
} from '../download/remote/open-http-source.ts';
import {
  type ExpectedContent,
  inspectStart,
  OtherContentError,
} from '../download/response/expected-content.ts';
import type { RateLimit } from '../download/transfer/rate-limit.ts';
import type { Semaphore } from '../semaphore.ts';
import { readEndRecord, TAIL_BYTES } from '../zip/read/end-record.ts';
import { SplitArchiveError } from '../zip/read/refusal.ts';

export interface RemoteReading {
  /** The package, and the name of the file in progress messages. */
  readonly id: string;
  readonly label: string;
  /** The type of the file according to the service; it must be an archive. */
  readonly expected: ExpectedContent;
  readonly retries: number;
  readonly connections: Semaphore;
  readonly limitRate: RateLimit | null;
}

/**
 * Opens an archive on the server to read its directory and single entries.
 * @throws ExpectedError BAD_RESPONSE if the response is not an archive, and those of openHttpSource()
 */
export async function openRemoteArchive(
  request: Omit<HttpSourceRequest, 'tailBytes' | 'inspectStart'>,
  { id, label, expected, ...limits }: RemoteReading,
  context: Pick<Context, 'api' | 'io' | 'clock' | 'random' | 'signal'>,
): Promise<HttpSourceOpening> {
  const { io } = context;
  return await openHttpSource(
    {
      ...request,
      tailBytes: TAIL_BYTES,
      inspectStart: (head, contentType) => inspectStart(expected, head, contentType),
    },
    {
      ...context,
      ...limits,
      onRetry: ({ error, attempt }) =>
        io.progress({ event: 'retry', id, label, attempt, message: `${error.message}; retrying` }),
    },
  );
}

/**
 * Finds the reason of a failed download at the end of the file: parts of a split archive can start with any
 * bytes, but the last part identifies it.
 */
export async function explainOtherContent(
  error: unknown,
  ...[request, reading, context]: Parameters<typeof openRemoteArchive>
): Promise<unknown> {
  if (!(error instanceof OtherContentError)) return error;
  try {
    const opening = await openRemoteArchive(request, reading, context);
    if (opening.kind === 'source') await readEndRecord(opening.source);
  } catch (reason) {
    context.signal.throwIfAborted();
    if (reason instanceof SplitArchiveError) return reason;
  }
  return error;
}
