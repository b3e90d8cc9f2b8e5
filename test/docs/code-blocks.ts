import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface CodeBlock {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** The text of each user document, except the benchmarks, which contain many flags of other programs. */
export function userDocuments(): ReadonlyMap<string, string> {
  const docs = readdirSync(path.join(ROOT, 'docs')).filter(
    (name) => name.endsWith('.md') && name !== 'benchmarks.md',
  );
  const files = ['README.md', ...docs.map((name) => `docs/${name}`)];
  return new Map(files.map((file) => [file, readFileSync(path.join(ROOT, file), 'utf8')]));
}

/** The fenced blocks of a document, in order. */
export function codeBlocks(file: string): readonly CodeBlock[] {
  const text = userDocuments().get(file) ?? '';
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(({ 1: language = '', 2: code = '', index }) => ({
    file,
    line: text.slice(0, index).split('\n').length,
    language,
    code,
  }));
}
