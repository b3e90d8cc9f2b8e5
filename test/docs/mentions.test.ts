import { describe, expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.ts';
import { commandsOf, nameOf, program } from '../help/command-tree.ts';
import { userDocuments } from './code-blocks.ts';

const DOCUMENTS = [...userDocuments()];
const COMMANDS = commandsOf(program);
const EVERY_FLAG = COMMANDS.flatMap(({ options }) => options);
const KNOWN_FLAGS = new Set([...EVERY_FLAG.flatMap(({ long, short }) => [long, short]), '--help', '-h']);
/** Other programs that the documents run with their own flags. */
const FOREIGN =
  /^(?:npm|npx|jq|curl|unzip|zip|date|tar|bsdtar|apt-get|hyperfine|BENCH|sort|node|fio|dd|compgen|sh)\b/;
const TEXT = DOCUMENTS.map(([, text]) => text).join('\n');

/** All command lines of this program in a text, without pipes and redirections. */
function linesIn(text: string): readonly string[] {
  // Quoted text is for another program: a token command.
  const joined = text.replaceAll('\\\n', ' ').replaceAll(/'[^'\n]*'/g, "''");
  return [...joined.matchAll(/streamdiver-dl ([^\n`|>;)]*)/g)].map((match) => match[1] ?? '');
}

describe.each(DOCUMENTS)('%s', (_file, text) => {
  test('runs only commands that exist', () => {
    const names = new Set(program.commands.flatMap((command) => [command.name(), ...command.aliases()]));
    const words = linesIn(text)
      .map((line) => line.split(' ').find((word) => !word.startsWith('-')) ?? '')
      .filter((word) => /^[a-z]+$/.test(word));
    expect(words.filter((word) => !names.has(word))).toEqual([]);
  });

  test('names only flags that exist', () => {
    const inLines = linesIn(text).flatMap((line) => line.split(' -- ')[0]?.split(/\s+/) ?? []);
    const inCode = [...text.matchAll(/`([^`\n]+)`/g)]
      .map((match) => match[1] ?? '')
      .filter((code) => !FOREIGN.test(code))
      .flatMap((code) => code.split(/[\s|]+/));
    const flags = [...inLines, ...inCode]
      .flatMap((word) => /^(--[a-z][a-z0-9-]*|-[a-zA-Z]$)/.exec(word)?.[1] ?? [])
      .filter((flag) => !KNOWN_FLAGS.has(flag) && !/^-v+$/.test(flag));
    expect(flags).toEqual([]);
  });
});

test.each(COMMANDS.filter((command) => command !== program).map((command) => [nameOf(command)]))(
  'the command %s is documented',
  (name) => {
    expect(TEXT).toMatch(new RegExp(`(streamdiver-dl |\`)${name}\\b`));
  },
);

test('every flag is documented', () => {
  const shown = new Set(EVERY_FLAG.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []));
  expect(shown.size).toBeGreaterThan(40);
  expect([...shown].filter((flag) => !new RegExp(`${flag}(?![a-z-])`).test(TEXT))).toEqual([]);
});

test('docs/commands.md has the long and short form of every flag', () => {
  const text = userDocuments().get('docs/commands.md') ?? '';
  const isThere = (flag: string) => new RegExp(`(?<![a-z-])${flag}(?![a-z-])`).test(text);
  const shown = EVERY_FLAG.filter(({ hidden }) => !hidden);
  const flags = new Set(shown.flatMap(({ long, short }) => [long ?? [], short ?? []].flat()));
  expect([...flags].filter((flag) => !isThere(flag))).toEqual([]);
});

test('docs/troubleshooting.md covers every error code, what is on disk, and what to do', () => {
  const text = userDocuments().get('docs/troubleshooting.md') ?? '';
  const sections = new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split('\n')[0] ?? '', section]),
  );
  for (const [code, exitCode] of Object.entries(EXIT_CODES)) {
    const section = sections.get(code);
    expect(section, code).toMatch(new RegExp(`Exit code ${exitCode}\\b`));
    expect(section).toContain('**On the disk:**');
    expect(section).toContain('**Do:**');
  }
});
