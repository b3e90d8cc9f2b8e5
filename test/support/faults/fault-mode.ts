import { objectHeaders } from './fault-response.ts';
import type { FaultHandler } from './fault-server.ts';
import type { ServedObject } from './served-object.ts';

/** A named failure of a download, and the allowed outcomes. */
export interface FaultMode {
  /** Its number in docs/failure-modes.md. */
  readonly failureCase: number;
  readonly name: string;
  readonly outcome: FaultOutcome;
  /** Creates the server's behavior; its state belongs to this one handler. */
  readonly handler: (object: ServedObject) => FaultHandler;
  /** The size in the API: null for none; by default the size of the object. */
  readonly apiSizeBytes?: (object: ServedObject) => number | null;
  /** The object that a successful run must save, if different from the given one. */
  readonly finalObject?: (object: ServedObject) => ServedObject;
  /** The outcome for a plain object, which has no checksums; defaults to `outcome` where that is unambiguous. */
  readonly plain?: PlainOutcome;
}

/** Plain objects by the headers of their server. */
export type PlainKind = 'bare' | 'etag' | 'digest' | 'etag and digest';

/** The only allowed exit code, for all kinds of plain objects or by kind. */
export interface PlainOutcome {
  readonly exitCode: number | Readonly<Record<PlainKind, number>>;
  /** What a successful run saves if nothing in the server's responses reveals the fault. */
  readonly undetected?: (object: ServedObject) => Buffer;
  /** The kinds to which that applies; all by default. */
  readonly undetectedKinds?: readonly PlainKind[];
}

/** Only a digest reveals it. */
export const NEEDS_DIGEST = { bare: 0, etag: 0, digest: 10, 'etag and digest': 10 };

export interface FaultOutcome {
  readonly exitCodes: readonly number[];
  /** `by exit code`: right after 0, absent after any other code. */
  readonly finalFile: 'right' | 'absent' | 'by exit code';
}

/** The test title of a mode: its case in docs/failure-modes.md and its name. */
export function titleOf({ failureCase, name }: FaultMode): string {
  return `case ${failureCase}: ${name}`;
}

/** The second half is wrong under the correct strong ETag. Without an ETag, the whole object is downloaded again. */
export const ONLY_DIGEST_KNOWS = { bare: 0, etag: 0, digest: 0, 'etag and digest': 10 };

/** The download succeeds despite the fault. */
export const OVERCOME: FaultOutcome = { exitCodes: [0], finalFile: 'right' };

/** The run fails with one of these codes and leaves no file under the final name. */
export function refused(...exitCodes: readonly number[]): FaultOutcome {
  return { exitCodes, finalFile: 'absent' };
}

/** Either succeeds, or fails with one of these codes. */
export function overcomeOrRefused(...exitCodes: readonly number[]): FaultOutcome {
  return { exitCodes: [0, ...exitCodes], finalFile: 'by exit code' };
}

/** Serves the object correctly. */
export function wellBehaved(object: ServedObject): FaultHandler {
  return (_request, reply) => reply.file(object);
}

/** Uses one handler per request, and the last one for all further requests. */
export function inTurn(...handlers: readonly FaultHandler[]): FaultHandler {
  let count = 0;
  return (request, reply) => {
    const handler = handlers[Math.min(count, handlers.length - 1)];
    count += 1;
    return handler?.(request, reply);
  };
}

/** Sends the first half of the object and closes; later requests go to `next`. */
export function cutAtHalfThen(object: ServedObject, next: FaultHandler): FaultHandler {
  return inTurn((_request, reply) => reply.file(object, { cutAtByte: halfOf(object) }), next);
}

export function halfOf(object: ServedObject): number {
  return Math.floor(object.bytes.length / 2);
}

/** The object's headers as pairs, with additions and without undefined values. */
export function headersWith(
  object: ServedObject,
  more: Readonly<Record<string, string | number | undefined>> = {},
): [string, string | number][] {
  return Object.entries({ ...objectHeaders(object), ...more }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
}

/** One chunk of a chunked body (RFC 9112 section 7.1). */
export function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

export const LAST_CHUNK = '0\r\n\r\n';
