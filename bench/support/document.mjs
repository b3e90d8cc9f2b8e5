import { readFileSync, writeFileSync } from 'node:fs';

const DOCUMENTS = new URL('../../docs/', import.meta.url);

/**
 * Replaces the result of a benchmark in a document of docs/, by default docs/benchmarks.md. Only the lines between its
 * markers are generated; the heading and the explanation before them are written by hand.
 */
export function writeSection({ document = 'benchmarks.md', name, title, lines }) {
  const file = new URL(document, DOCUMENTS);
  const text = readFileSync(file, 'utf8');
  const begin = `<!-- begin ${name}: written by the benchmark -->`;
  const end = `<!-- end ${name} -->`;
  const section = `${begin}\n\n${lines.join('\n')}\n\n${end}`;
  const start = text.indexOf(begin);
  const stop = text.indexOf(end);
  if ((start === -1) !== (stop === -1)) throw new Error(`${name} has one marker of two in docs/${document}`);
  writeFileSync(
    file,
    start === -1
      ? `${text.trimEnd()}\n\n## ${title}\n\n${section}\n`
      : text.slice(0, start) + section + text.slice(stop + end.length),
  );
}
