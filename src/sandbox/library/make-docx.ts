import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { Cue } from './cue.ts';
import { type FormatCuesOptions, formatCues } from './format-cues.ts';

export const DOCX_MIME_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';

/** A transcript as a Word document, one paragraph for each line: the least that ECMA-376 asks for. */
export async function makeDocx(cues: readonly Cue[], options: FormatCuesOptions): Promise<Buffer> {
  const paragraphs = formatCues(cues, 'txt', options)
    .trimEnd()
    .split('\n')
    .map((line) => `<w:p><w:r><w:t xml:space="preserve">${escapeXml(line)}</w:t></w:r></w:p>`);
  const parts = {
    '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="${DOCX_MIME_TYPE}.main+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${DOCUMENT}" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `<w:document xmlns:w="${WORD}"><w:body>${paragraphs.join('')}</w:body></w:document>`,
  };
  const zip = new ZipFile();
  // Always the same bytes for the same transcript.
  const mtime = new Date(2025, 0, 1);
  for (const [name, xml] of Object.entries(parts)) {
    zip.addBuffer(Buffer.from(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${xml}`), name, {
      mtime,
    });
  }
  zip.end();
  return await buffer(zip.outputStream);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
