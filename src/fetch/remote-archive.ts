import type { Context } from '../context.ts';
import { createConnectionBudget, DEFAULT_CONNECTIONS } from '../download/connection-budget.ts';
import {
  type HttpSourceOpening,
  type HttpSourceRequest,
  openHttpSource,
} from '../download/open-http-source.ts';
import { TAIL_BYTES } from '../zip/end-record.ts';

/**
 * Opens an archive where it lies, to read its directory and single entries.
 * @throws ExpectedError of openHttpSource()
 */
export async function openRemoteArchive(
  request: Omit<HttpSourceRequest, 'tailBytes'>,
  { id, label, retries }: { id: string; label: string; retries: number },
  context: Pick<Context, 'api' | 'io' | 'clock' | 'random' | 'signal'>,
): Promise<HttpSourceOpening> {
  const { io } = context;
  return await openHttpSource(
    { ...request, tailBytes: TAIL_BYTES },
    {
      ...context,
      retries,
      connections: createConnectionBudget(DEFAULT_CONNECTIONS),
      onRetry: ({ error, attempt }) =>
        io.progress({ event: 'retry', id, label, attempt, message: `${error.message}; trying again` }),
    },
  );
}
