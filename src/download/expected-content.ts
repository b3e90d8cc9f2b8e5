import { looksLikeHtml } from '../api/answer.ts';
import { ExpectedError } from '../errors.ts';

export interface ExpectedContent {
  readonly mimeType: string | null;
  readonly isCompressed: boolean | null;
  readonly name: string | null;
}

/** Whether the file has to be a zip archive, as far as the service describes it. Never assumed. */
export function isArchiveExpected({ mimeType, isCompressed, name }: ExpectedContent): boolean {
  const type = mimeType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/zip' || type === 'application/x-zip-compressed') return true;
  if (type !== undefined && type !== 'application/octet-stream') return false;
  return isCompressed === true || /\.zip$/i.test(name ?? '');
}

/**
 * Looks at the type and the first bytes: a sign-in page or an error document that came with
 * status 200 must not end up as the file.
 * @throws ExpectedError BAD_RESPONSE
 */
export function inspectHead(expected: ExpectedContent, head: Buffer, contentType: string | null): void {
  if (isArchiveExpected(expected)) {
    if (couldBeZip(head)) return;
    throw notTheFile(head, 'the zip archive');
  }
  const served = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const expectsText = /^(text|application)\/(html|xhtml\+xml|json|xml)/.test(expected.mimeType ?? '');
  const isErrorType = served === 'text/html' || served === 'application/json' || served.endsWith('/xml');
  if (!expectsText && (isErrorType || looksLikeHtml(head))) throw notTheFile(head, 'the file');
}

/** `PK\3\4`, or `PK\5\6` for an archive without entries; a first piece shorter than that is judged as far as it goes. */
function couldBeZip(head: Buffer): boolean {
  return ['PK\u0003\u0004', 'PK\u0005\u0006'].some((magic) =>
    magic.startsWith(head.subarray(0, magic.length).toString('latin1')),
  );
}

function notTheFile(head: Buffer, what: string): ExpectedError {
  const text = head.subarray(0, 2048).toString('utf8');
  const message =
    /"message"\s*:\s*"([^"]{1,200})"/.exec(text)?.[1] ?? /<(?:title|Message)>([^<]{1,200})</i.exec(text)?.[1];
  const form = looksLikeHtml(head) ? 'a web page' : 'something else';
  return new ExpectedError(
    'BAD_RESPONSE',
    `the server sent ${form} instead of ${what}${message === undefined ? '' : `: ${message}`}`,
    { hint: 'check the package with `streamdiver-dl status ID`; nothing of it was kept' },
  );
}
