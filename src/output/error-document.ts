import type { ExpectedError } from '../errors.ts';
import { shortenMessage } from '../terminal/text/shorten-message.ts';

/** The JSON document of a failure. All keys are always present. */
export function errorDocument(error: ExpectedError): Readonly<Record<string, unknown>> {
  const { hint, id, httpStatus, requestId, next } = error.details;
  return {
    code: error.code,
    exitCode: error.exitCode,
    message: shortenMessage(error.message),
    hint: hint ?? null,
    id: id ?? null,
    httpStatus: httpStatus ?? null,
    requestId: requestId ?? null,
    retryable: error.retryable,
    next: next ?? [],
  };
}
