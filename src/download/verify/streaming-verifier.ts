import type { HttpHeaders } from '../../http/headers.ts';
import { ReplacedError } from '../part/available-ranges.ts';
import type { ObjectDescription } from '../part/destination.ts';
import type { PartFile } from '../part/part-file.ts';
import { partSource } from '../part/part-source.ts';
import { readServerDigests, type ServerDigest } from '../response/server-digest.ts';
import { type Proof, type VerifyContext, type VerifyRequest, verifyContent } from './verify-content.ts';

/** Verifies a download while its bytes arrive. */
export interface StreamingVerifier {
  /** Called with what each response says about the object. */
  onObject(object: ObjectDescription, headers: HttpHeaders, isWhole: boolean): void;
  /** The proof, after all bytes have arrived. @throws as verifyContent() */
  proof(): Promise<Proof>;
  /** Resolves when reading has stopped, after a failure or an abort of the signal. */
  settled(): Promise<void>;
}

export interface StreamingVerifierContext extends VerifyContext {
  /** Called as soon as the bytes are known to be wrong, which may be long before the last one arrives. */
  readonly onFailure: (error: unknown) => void;
  readonly onMalformedDigest: (field: string) => void;
}

interface Running {
  readonly version: number;
  readonly result: Promise<Proof>;
}

/** Starts when the size is known, and again when the bytes were discarded. */
export function verifyWhileStreaming(
  part: PartFile,
  request: VerifyRequest,
  context: StreamingVerifierContext,
): StreamingVerifier {
  let running: Running | null = null;
  let digest: ServerDigest | null = null;

  const settled = async (): Promise<void> => void (await running?.result.catch(() => undefined));
  const start = (sizeBytes: number): Running => {
    const version = part.availableRanges.version();
    const source = partSource(part, sizeBytes, context.signal);
    // Files that one pass unpacked must be gone before the next one starts.
    const result = settled().then(() =>
      verifyContent(
        source,
        request,
        { ...context, missingBytes: sizeBytes - part.have.totalBytes() },
        digest,
      ),
    );
    result.catch((error: unknown) => {
      const isStale = error instanceof ReplacedError || version !== part.availableRanges.version();
      if (!isStale && !context.signal.aborted) context.onFailure(error);
    });
    return { version, result };
  };
  const isCurrent = () => running?.version === part.availableRanges.version();
  return {
    onObject({ sizeBytes }, headers, isWhole) {
      if (sizeBytes === null || isCurrent()) return;
      const digests = readServerDigests(headers, isWhole);
      digests.malformed.forEach(context.onMalformedDigest);
      digest = digests.digest;
      running = start(sizeBytes);
    },
    async proof() {
      if (running === null || !isCurrent()) running = start(part.have.end());
      return await running.result;
    },
    settled,
  };
}
