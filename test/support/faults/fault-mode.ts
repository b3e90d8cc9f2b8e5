import { objectHeaders } from './fault-response.ts';
import type { FaultHandler } from './fault-server.ts';
import type { ServedObject } from './served-object.ts';

/** One named way in which a download goes wrong, and how the program may end then. */
export interface FaultMode {
  /** Its number in docs/failure-modes.md. */
  readonly failureCase: number;
  readonly name: string;
  readonly outcome: FaultOutcome;
  /** Makes the server's behaviour; what it remembers belongs to this one handler. */
  readonly handler: (object: ServedObject) => FaultHandler;
  /** What the API says about the size: null for nothing; the object's own size unless given. */
  readonly apiSizeBytes?: (object: ServedObject) => number | null;
  /** The object that a success must have saved, where it is another than the one handed in. */
  readonly finalObject?: (object: ServedObject) => ServedObject;
  /** How a plain object ends, which has no checksums of its own; as `outcome` where that leaves no choice. */
  readonly plain?: PlainOutcome;
}

/** Plain objects by what their server says of them. */
export type PlainKind = 'bare' | 'etag' | 'digest' | 'etag and digest';

/** The one exit code, for all kinds of plain objects or for each. */
export interface PlainOutcome {
  readonly exitCode: number | Readonly<Record<PlainKind, number>>;
  /** What a success saves where nothing that the server says gives the fault away. */
  readonly undetected?: (object: ServedObject) => Buffer;
  /** The kinds for which it does not; all of them unless given. */
  readonly undetectedKinds?: readonly PlainKind[];
}

/** Only a digest gives it away. */
export const NEEDS_DIGEST = { bare: 0, etag: 0, digest: 10, 'etag and digest': 10 };

export interface FaultOutcome {
  readonly exitCodes: readonly number[];
  /** `by exit code`: right after 0, absent after anything else. */
  readonly finalFile: 'right' | 'absent' | 'by exit code';
}

/** Names a test of a mode after its case in docs/failure-modes.md. */
export function titleOf({ failureCase, name }: FaultMode): string {
  return `case ${failureCase}: ${name}`;
}

/**
 * The second half is wrong under the right strong ETag. Without one the whole is asked for again, and is right.
 */
export const ONLY_DIGEST_KNOWS = { bare: 0, etag: 0, digest: 0, 'etag and digest': 10 };

/** The fault is overcome. */
export const OVERCOME: FaultOutcome = { exitCodes: [0], finalFile: 'right' };

/** The run fails with one of these codes and leaves nothing under the final name. */
export function refused(...exitCodes: readonly number[]): FaultOutcome {
  return { exitCodes, finalFile: 'absent' };
}

/** Overcoming it and failing with one of these codes are both good. */
export function overcomeOrRefused(...exitCodes: readonly number[]): FaultOutcome {
  return { exitCodes: [0, ...exitCodes], finalFile: 'by exit code' };
}

/** Serves as a good server does. */
export function wellBehaved(object: ServedObject): FaultHandler {
  return (_request, reply) => reply.file(object);
}

/** One handler a request, the last one for all that follow. */
export function inTurn(...handlers: readonly FaultHandler[]): FaultHandler {
  let count = 0;
  return (request, reply) => {
    const handler = handlers[Math.min(count, handlers.length - 1)];
    count += 1;
    return handler?.(request, reply);
  };
}

/** Sends the first half of the object, closes, and hands over. */
export function cutAtHalfThen(object: ServedObject, next: FaultHandler): FaultHandler {
  return inTurn((_request, reply) => reply.file(object, { cutAtByte: halfOf(object) }), next);
}

export function halfOf(object: ServedObject): number {
  return Math.floor(object.bytes.length / 2);
}

/** The object's headers as pairs, with more of them, undefined ones left out. */
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
