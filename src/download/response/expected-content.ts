import { type DeclaredContent, isArchiveDeclared } from '../../api/declared-archive.ts';
import { looksLikeHtml } from '../../api/response.ts';
import { ExpectedError } from '../../errors.ts';
import { couldBeZip, isZip } from '../../zip/read/layout.ts';

export interface ExpectedContent extends DeclaredContent {
  /** True if only an archive is useful, because it will be unpacked. */
  readonly mustBeArchive: boolean;
}

/** Whether the file should be a zip archive. Its first bytes decide whether it is one. */
export function isArchiveExpected(expected: ExpectedContent): boolean {
  return expected.mustBeArchive || isArchiveDeclared(expected);
}

/**
 * Checks the type and the first bytes. A sign-in page or an error document with status 200 must not be saved as the
 * file.
 * @throws ExpectedError BAD_RESPONSE
 */
export function inspectStart(expected: ExpectedContent, head: Buffer, contentType: string | null): void {
  if (isArchiveExpected(expected)) {
    if (couldBeZip(head)) return;
    throw expected.mustBeArchive &&
      !isArchiveDeclared(expected) &&
      !isErrorDocument(expected, head, contentType)
      ? notAnArchive()
      : notTheFile(head, 'the zip archive');
  }
  if (isErrorDocument(expected, head, contentType)) throw notTheFile(head, 'the file');
}

/** The error for a file that appears to be complete, but cannot be unpacked. */
export function notAnArchive(): ExpectedError {
  return new ExpectedError('BAD_RESPONSE', 'the file is not a zip archive, so it cannot be unpacked', {
    hint: 'fetch it without -x, --include, and --exclude',
  });
}

function isErrorDocument(expected: ExpectedContent, head: Buffer, contentType: string | null): boolean {
  const served = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const expectsText = /^(text|application)\/(html|xhtml\+xml|json|xml)/.test(expected.mimeType ?? '');
  const isErrorType = served === 'text/html' || served === 'application/json' || served.endsWith('/xml');
  return !expectsText && !isZip(head) && (isErrorType || looksLikeHtml(head));
}

/** The first bytes are not those of the expected content. */
export class OtherContentError extends ExpectedError {
  override readonly name = 'OtherContentError';
}

function notTheFile(head: Buffer, what: string): ExpectedError {
  const text = head.subarray(0, 2048).toString('utf8');
  const message =
    /"message"\s*:\s*"([^"]{1,200})"/.exec(text)?.[1] ?? /<(?:title|Message)>([^<]{1,200})</i.exec(text)?.[1];
  const form = looksLikeHtml(head) ? 'a web page' : 'something else';
  return new OtherContentError(
    'BAD_RESPONSE',
    `the server sent ${form} instead of ${what}${message === undefined ? '' : `: ${message}`}`,
    { hint: 'check the package with `streamdiver-dl status ID`; nothing was kept' },
  );
}
