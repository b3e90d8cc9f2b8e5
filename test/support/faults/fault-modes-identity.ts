import { createHash } from 'node:crypto';
import {
  cutAtHalfThen,
  type FaultMode,
  halfOf,
  ONLY_DIGEST_KNOWS,
  OVERCOME,
  overcomeOrRefused,
  refused,
  wellBehaved,
} from './fault-mode.ts';
import { type ServedObject, siblingOf } from './served-object.ts';

type Validators = Partial<Pick<ServedObject, 'etag' | 'lastModified'>>;

const NO_VALIDATORS: Validators = { etag: undefined, lastModified: undefined };
const WEAK: Validators = { etag: 'W/"weak"', lastModified: undefined };

/** Cuts the first body and serves the rest from the same object, with these validators. */
function cutOnce(name: string, validators: Validators): FaultMode {
  return {
    failureCase: 69,
    name: `the first body is cut at half, and the object has ${name}`,
    outcome: OVERCOME,
    handler: (object) => {
      const served = { ...object, ...validators };
      return cutAtHalfThen(served, wellBehaved(served));
    },
  };
}

/** After the first half, serves another object of the same size. */
function replaced(
  name: string,
  validators: (object: ServedObject, replacement: ServedObject) => readonly [Validators, Validators],
): FaultMode {
  return {
    failureCase: 69,
    name: `after the first half, the object is replaced by one with ${name}`,
    outcome: overcomeOrRefused(10),
    plain: { exitCode: 0 },
    finalObject: (object) => siblingOf(object),
    handler: (object) => {
      const replacement = siblingOf(object);
      const [before, after] = validators(object, replacement);
      return cutAtHalfThen({ ...object, ...before }, wellBehaved({ ...replacement, ...after }));
    },
  };
}

/** The result of mixing two objects under one strong ETag. */
function halfOfEach(object: ServedObject): Buffer {
  const [first, second] = [object.bytes, siblingOf(object).bytes];
  return Buffer.concat([first.subarray(0, halfOf(object)), second.subarray(halfOf(object))]);
}

function digest(bytes: Buffer, algorithm: 'md5' | 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(bytes).digest('base64');
}

function withHeader(name: string, value: (bytes: Buffer) => string): FaultMode['handler'] {
  return (object) => (_request, reply) =>
    reply.file(object, { headers: { [name]: value(object.bytes) }, withoutRanges: true });
}

const DIGESTS: readonly (readonly [name: string, value: (bytes: Buffer) => string])[] = [
  ['Repr-Digest', (bytes) => `sha-256=:${digest(bytes, 'sha256')}:`],
  ['Content-Digest', (bytes) => `sha-256=:${digest(bytes, 'sha256')}:`],
  ['Digest', (bytes) => `sha-256=${digest(bytes, 'sha256')}`],
  ['Content-MD5', (bytes) => digest(bytes, 'md5')],
  ['x-amz-checksum-sha256', (bytes) => digest(bytes, 'sha256')],
  ['x-goog-hash', (bytes) => `md5=${digest(bytes, 'md5')}`],
];

const OTHER_BYTES = Buffer.from('other bytes');

/** How the server identifies the object: validators and digests. */
export const IDENTITY_MODES: readonly FaultMode[] = [
  cutOnce('a weak ETag', WEAK),
  cutOnce('no ETag', { etag: undefined }),
  cutOnce('no validator at all', NO_VALIDATORS),
  cutOnce('an ETag without quotes', { etag: 'bare' }),
  cutOnce('an empty ETag', { etag: '' }),
  {
    ...replaced('another strong ETag', () => [{}, {}]),
    failureCase: 68,
    outcome: OVERCOME,
  },
  replaced('no validator', () => [NO_VALIDATORS, NO_VALIDATORS]),
  replaced('the same weak ETag', () => [WEAK, WEAK]),
  {
    ...replaced('the same strong ETag', (object) => [
      {},
      { etag: object.etag, lastModified: object.lastModified },
    ]),
    plain: { exitCode: ONLY_DIGEST_KNOWS, undetected: halfOfEach, undetectedKinds: ['etag'] },
  },
  replaced('no ETag and another date', () => [{ etag: undefined }, { etag: undefined }]),
  {
    failureCase: 68,
    name: 'after the first half, the object has another size',
    outcome: refused(10),
    handler: (object) => cutAtHalfThen(object, wellBehaved(siblingOf(object, object.bytes.length + 100))),
  },
  ...DIGESTS.flatMap(([name, value]): FaultMode[] => [
    { failureCase: 62, name: `a correct ${name}`, outcome: OVERCOME, handler: withHeader(name, value) },
    // The bytes are still correct, and an archive verifies itself.
    {
      failureCase: 62,
      name: `a wrong ${name}`,
      outcome: overcomeOrRefused(10),
      // The strongest digest counts, and the first among equals.
      plain: {
        exitCode: name === 'Repr-Digest' ? 10 : { bare: 10, etag: 10, digest: 0, 'etag and digest': 0 },
      },
      handler: withHeader(name, () => value(OTHER_BYTES)),
    },
    {
      failureCase: 62,
      name: `a malformed ${name}`,
      outcome: OVERCOME,
      handler: withHeader(name, () => '???'),
    },
  ]),
  {
    failureCase: 62,
    name: 'a multipart ETag that looks like an MD5',
    outcome: OVERCOME,
    handler: withHeader('ETag', () => `"${'0'.repeat(32)}-3"`),
  },
  {
    failureCase: 62,
    name: 'an ETag that looks like an MD5 but is not one',
    outcome: OVERCOME,
    handler: withHeader('ETag', () => `"${'0'.repeat(32)}"`),
  },
];
