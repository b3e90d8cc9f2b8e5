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
import type { ConnectionBudget } from '../download/transfer/connection-budget.ts';
import type { RateLimit } from '../download/transfer/rate-limit.ts';
import { readEndRecord, TAIL_BYTES } from '../zip/read/end-record.ts';
import { SplitArchiveError } from '../zip/read/refusal.ts';

export interface RemoteReading {
  /** The package, and what the file is called in progress. */
  readonly id: string;
  readonly label: string;
  /** What the service says the file is; it must be an archive. */
  readonly expected: ExpectedContent;
  readonly retries: number;
  readonly connections: ConnectionBudget;
  readonly limitRate: RateLimit | null;
}

/**
 * Opens an archive where it lies, to read its directory and single entries.
 * @throws ExpectedError BAD_RESPONSE when something else than an archive came, and those of openHttpSource()
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
        io.progress({ event: 'retry', id, label, attempt, message: `${error.message}; trying again` }),
    },
  );
}

/**
 * The reason of a failed download, read from the end of the file: all parts of a split archive but the first
 * begin with anything, and the last one says what it is.
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
