// Checks the prose of the documents: phrases to avoid, US spelling, and the length of sentences. Part of `npm run check`.
//   node scripts/lint-prose.mjs [FILE…]
// In Markdown, code is not checked, but comments in code blocks are. In TypeScript, only the phrases are checked, in
// string literals that contain a space; flags and placeholders such as `--json` and `<id>` are not. The established
// linter, vale, downloads its binary in an install script.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';

const MAX_WORDS = 25;

/** The default files. */
const FILES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/api-notes.md',
  'docs/authentication.md',
  'docs/ci.md',
  'docs/commands.md',
  'docs/failure-modes.md',
  'docs/fetch.md',
  'docs/only-the-transcripts.md',
  'docs/sandbox.md',
  'docs/scripting.md',
  'docs/troubleshooting.md',
];

/** Folders and files of src/ whose string literals are also checked. */
const SOURCES = [
  'api',
  'auth',
  'bug-report.ts',
  'commands',
  'completion',
  'config',
  'connect.ts',
  'errors.ts',
  'fetch',
  'flags',
  'help',
  'http',
  'interruption.ts',
  'launch.ts',
  'main.ts',
  'media-selection',
  'output',
  'parse',
  'patterns',
  'picker',
  'program.ts',
  'sandbox',
  'terminal',
  'wait',
  'world.ts',
];

/** Pairs of a pattern to avoid and what to write instead. */
const PHRASES = [
  [/\b(?:is|was|are) said\b|\bsays so\b/i, 'prints a warning, reports it'],
  [/\btells? (?:how|what|which|where|when|why|whether|for)\b/i, 'explains, shows'],
  [/\b(?:go|goes|going|went) on\b/i, 'continue'],
  [/\banew\b|\bonce more\b/i, 'restart, again'],
  [/\bof which\b|\bwhom\b/i, 'a shorter main clause'],
  [/\b(?:what|who)ever\b|\b(?:some|any|no)body\b/i, 'name the thing or person'],
  [/\b(?:brings?|bringing|brought|travel(?:s|led|ed)?)\b/i, 'download, transfer'],
  [/\bunder way\b/i, 'in progress'],
  [/\bwhole job\b/i, 'full workflow'],
  [/\bended (?:\w+ ){0,2}badly\b/i, 'failed'],
  [/\b(?:do|does|did|must|has to|have to) (?:not )?agree\b|\bagrees?\b/i, 'match'],
  [/\bput up with\b|\btake (?:\w+ )?(?:back|away)\b/i, 'accept, undo, remove'],
  [/\bby (?:it|them)sel(?:f|ves)\b/i, 'automatically, alone'],
  [/\b(?:heed(?:s|ed)?|mend(?:s|ed)?)\b|\blook(?:s|ed)? (?:at|after|once)\b/i, 'respect, fix, check'],
  [/\b(?:there already|already (?:here|there))\b/i, 'already exists'],
  [/\ball (?:that|what)\b|\bas far as\b/i, 'everything that, where'],
  [/\bin the (?:place|way) of\b|\binto? the place\b/i, 'instead of, with the same name'],
  [/\bgets? (?:its|the|their) name\b/i, 'is renamed'],
  [/\bl(?:ie|ies|ay|ain)\b/i, 'is stored, is'],
  [/\bat once\b/i, 'immediately, at the same time'],
  [/\bso (?:many|much)\b|\bseveral times\b/i, 'a number, repeatable'],
  [/\bfor ever\b/i, 'forever'],
  [/\banswer(?:s|ed|ing)?\b|\bheads of\b/i, 'response, headers; confirm'],
  [/\b(?:a|one|no|each|every|the|this) medium\b|\bmedia that fit\b/i, 'media item, match'],
  [/\bchosen\b/i, 'selected'],
  [/, too\b/i, 'also'],
  [
    /\b(?:colou?r(?<=our)|behaviour|catalogue|honour|neighbour|licence|organis|recognis|normalis)\w*/i,
    'US spelling',
  ],
  [/(?<![\w./-])(?:ids?|urls?|json)(?![\w/-]|\.\w)/, 'ID, URL, JSON'],
];

const root = fileURLToPath(new URL('../', import.meta.url));
const named = process.argv.slice(2);
const offenses =
  named.length > 0
    ? named.flatMap(check)
    : [...FILES.map((file) => path.join(root, file)), ...SOURCES.flatMap(sourceFiles)].flatMap(check);
for (const offense of offenses) console.error(offense);
process.exitCode = offenses.length === 0 ? 0 : 1;

function sourceFiles(name) {
  const source = path.join(root, 'src', name);
  if (name.endsWith('.ts')) return [source];
  return readdirSync(source, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(source, file));
}

function check(file) {
  const source = readFileSync(file, 'utf8');
  const name = path.relative(root, path.resolve(file));
  const blocks = file.endsWith('.md') ? markdownBlocks(source) : stringLiterals(file, source);
  return blocks.flatMap((block) =>
    [...phrases(block), ...longSentences(block)].map(({ index, text }) => {
      const line = block.line + block.text.slice(0, index).split('\n').length - 1;
      return `${name}:${line}: ${text}`;
    }),
  );
}

function phrases({ text }) {
  return PHRASES.flatMap(([pattern, instead]) =>
    [...text.matchAll(new RegExp(pattern.source.replaceAll(' ', '\\s+'), `${pattern.flags}g`))].map(
      ({ 0: found, index }) => ({
        index,
        text: `"${found.replaceAll(/\s+/g, ' ')}": write ${instead}`,
      }),
    ),
  );
}

/** A sentence ends before a capital letter, code, or a bracket. A bold label with a colon counts separately. */
function longSentences({ text, isProse }) {
  if (!isProse) return [];
  return [...text.matchAll(/[^]+?(?:[.!?]["')*_\]]*(?=\s+[^\sa-z])|:\*\*|$)/g)].flatMap(
    ({ 0: sentence, index }) => {
      const words = sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
      if (words.length <= MAX_WORDS) return [];
      const start = index + sentence.search(/\S/);
      return [
        {
          index: start,
          text: `${words.length} words (at most ${MAX_WORDS}): ${words.slice(0, 6).join(' ')} …`,
        },
      ];
    },
  );
}

/** Paragraphs, list items, headings, and table cells, with the comments of code blocks, which may be fragments. */
function markdownBlocks(source) {
  const blocks = [];
  let isFenced = false;
  let isOpen = false;
  for (const [index, line] of source.split('\n').entries()) {
    const add = (text, isProse) => blocks.push({ line: index + 1, text, isProse });
    if (/^\s*```/.test(line)) {
      isFenced = !isFenced;
      isOpen = false;
    } else if (isFenced) {
      const [, comment] = /(?:^|\s)# (.*)/.exec(line) ?? [];
      if (comment) add(comment, false);
    } else if (/^\s*\|/.test(line)) {
      isOpen = false;
      for (const cell of line.split(/(?<!\\)\|/)) add(cell, true);
    } else if (isOpen && /\S/.test(line) && !/^\s*(?:[-*]|\d+\.|#+)\s/.test(line)) {
      blocks.at(-1).text += `\n${line}`;
    } else {
      isOpen = /\S/.test(line) && !line.startsWith('#');
      if (/\S/.test(line)) add(line, true);
    }
  }
  return blocks.map((block) => ({ ...block, text: withoutCode(block.text) }));
}

/** Replaces each code span with one word, and links with their texts. Keeps line numbers. */
function withoutCode(text) {
  const newlines = (part) => part.replaceAll(/[^\n]/g, '');
  return text
    .replaceAll(/(`+)[^]*?[^`]\1(?!`)/g, (code) => `CODE${newlines(code)}`)
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/https?:\/\/\S+/g, 'ADDRESS');
}

function stringLiterals(file, source) {
  const found = [];
  const add = (start, text) =>
    /\s/.test(text) &&
    found.push({
      line: source.slice(0, start).split('\n').length,
      text: text.replaceAll(/<[^>]*>|\{["\w, ]+\}|--format \w+|(?<!\w)--?[a-z][\w-]*/g, (code) =>
        code.replaceAll(/\w/g, 'X'),
      ),
      isProse: false,
    });
  new Visitor({
    Literal: ({ start, value }) => typeof value === 'string' && add(start, value),
    TemplateElement: ({ start, value }) => add(start, value.cooked ?? value.raw),
  }).visit(parseSync(file, source).program);
  return found;
}
