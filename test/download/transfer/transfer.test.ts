import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createByteRanges } from '../../../src/download/part/byte-ranges.ts';
import { NO_VALIDATOR } from '../../../src/download/part/destination.ts';
import { inspectStart } from '../../../src/download/response/expected-content.ts';
import { createRemoteObject } from '../../../src/download/response/remote-object.ts';
import { transfer } from '../../../src/download/transfer/transfer.ts';
import { createSemaphore } from '../../../src/semaphore.ts';
import { openClient } from '../../support/api/open-client.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { startFaultServer } from '../../support/faults/fault-server.ts';

test('discards the bytes of other content before it fails', async () => {
  const server = await startFaultServer((_request, reply) =>
    reply.send(200, { 'content-type': 'text/html' }, '<html>Sign in</html>'),
  );
  const url = new URL(`${server.origin}/file`);
  const clock = createFastClock();
  const policy = { clock, random: () => 0, retries: 0 };
  const api = openClient(server, policy);
  const { signal } = new AbortController();
  const context = {
    ...policy,
    api,
    signal,
    budget: createSemaphore(1),
    connections: 1,
    limitRate: null,
    onEvent: () => undefined,
  };
  let isDiscarded = false;
  const failure = transfer(
    {
      object: createRemoteObject({ url, renewUrl: async () => url }, context),
      pinned: null,
      sizeBytes: null,
      maxSizeBytes: null,
      isVerifiedLater: true,
      tailBytes: 0,
      inspectStart: (head, contentType) =>
        inspectStart(
          { mimeType: 'application/zip', isCompressed: true, name: 'a.zip', mustBeArchive: true },
          head,
          contentType,
        ),
      onObject: () => undefined,
    },
    {
      acceptsAnyOrder: true,
      keepsNotes: true,
      have: createByteRanges([]),
      object: () => ({ sizeBytes: null, validator: NO_VALIDATOR }),
      describeObject: async () => undefined,
      write: async () => undefined,
      readBack: async () => Buffer.alloc(0),
      async restart() {
        await setImmediate();
        isDiscarded = true;
      },
      note: async () => undefined,
      checkpoint: async () => undefined,
    },
    context,
  );
  await expect(failure).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  expect(isDiscarded).toBe(true);
});
