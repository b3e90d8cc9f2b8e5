import { expect, test } from 'vitest';
import { startApi } from '../support/api/api-server.ts';
import { pseudoRandom } from '../support/bytes.ts';
import type { FaultHandler } from '../support/faults/fault-server.ts';
import { bytesFor, makeZipObject, type ServedObject } from '../support/faults/served-object.ts';
import { makePlace } from '../support/process/run-place.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally, judge, settle, startFetch } from './tally.ts';

const SIZE_BYTES = scaled({ sample: 12, full: 24 }) * 1_048_576;
const REPLACEMENTS = scaled({ sample: 2, full: 50 });

const before = makeZipObject(SIZE_BYTES);
const after = { ...makeZipObject(SIZE_BYTES, { seed: 'B' }), lastModified: 'Tue, 06 Jan 2026 10:00:00 GMT' };
const UNDATED = { lastModified: undefined };

/** The validators of the object before and after it was replaced. */
const VALIDATORS: readonly (readonly [name: string, before: ServedObject, after: ServedObject])[] = [
  ['strong ETag', before, after],
  ['weak ETag', { ...before, etag: 'W/"same"', ...UNDATED }, { ...after, etag: 'W/"same"', ...UNDATED }],
  ['no ETag', { ...before, etag: undefined }, { ...after, etag: undefined }],
  ['lying ETag', before, { ...after, etag: before.etag, lastModified: before.lastModified }],
];

/** Sends this many bytes in total over all connections, then resets the connection and returns 404. */
function cutAfter(object: ServedObject, sizeBytes: number): FaultHandler {
  let leftBytes = sizeBytes;
  return (request, reply) => {
    if (leftBytes <= 0) return reply.send(404, {}, '');
    const { start, end } = bytesFor(request.headers, object);
    const sentBytes = Math.min(end - start, leftBytes);
    leftBytes -= sentBytes;
    return reply.file(object, { cutAtByte: start + sentBytes, cutBy: 'reset' });
  };
}

test.each(VALIDATORS)(
  `case 68: never mixes versions when the object is replaced before a resume, %s (seed ${SEED})`,
  TIME_LIMIT,
  async (name, old, current) => {
    const random = pseudoRandom(SEED);
    const tally = createTally();
    const api = await startApi({ files: { one: old } });
    const versions = [old, current];
    for (let index = 0; index < REPLACEMENTS; index += 1) {
      const flags = ['--connections', index % 2 === 0 ? '4' : '1'];
      const cutAtByte = 1 + (random() % (SIZE_BYTES - 1));
      const what = `${flags.join(' ')}, cut after ${cutAtByte} bytes`;
      const place = makePlace();
      api.script('GET /v2/downloads/file/{id}', cutAfter(old, cutAtByte));
      const cut = await startFetch(api, place, flags).result;
      expect([cut.exitCode, what]).not.toEqual([0, what]);
      api.script('GET /v2/downloads/file/{id}', (_request, reply) => reply.file(current));
      const run = await startFetch(api, place, flags).result;
      judge(tally, run, { versions, exitCodes: [0, 10], what });
      await settle(tally, { api, place, versions, what });
    }
    report(`replaced, ${name}`, tally);
    expect(tally).toMatchObject(ALL_WELL);
  },
);
