/** What a gateway sends with status 200 instead of JSON or a file when a session has expired. */
export const SIGN_IN_PAGE = '<!doctype html>\n<title>Sign in</title>\n<p>Please sign in to continue.</p>\n';

const STORAGE_CODES: Readonly<Record<number, string>> = {
  400: 'InvalidArgument',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  405: 'MethodNotAllowed',
};

/** The XML of an error of object storage. */
export function storageError(status: number, message: string): string {
  const code = STORAGE_CODES[status] ?? 'InternalError';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>\n`;
}
