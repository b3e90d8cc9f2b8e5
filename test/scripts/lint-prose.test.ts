import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeTempFolder } from '../support/temp-folder.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/lint-prose.mjs', import.meta.url));
const words = (count: number) => `Word${' word'.repeat(count - 1)}.`;

/** The exit code and the reports, without the path, for a file with this text. */
function lint(text: string, name = 'page.md') {
  const folder = makeTempFolder();
  writeFileSync(path.join(folder, name), text);
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, path.join(folder, name)], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  const complaints = stderr.split('\n').filter((line) => line !== '');
  return { status, complaints: complaints.map((line) => line.replace(/^.*(?=:\d+: )/, '')) };
}

describe('lint-prose.mjs', () => {
  it('reports a phrase with its line, even across a line break', () => {
    expect(lint('# Title\n\nFine.\nIt brings the file and goes\non.\n')).toEqual({
      status: 1,
      complaints: [':4: "goes on": write continue', ':4: "brings": write download, transfer'],
    });
  });

  it('reports a sentence of 26 words but not one of 25', () => {
    expect(lint(`${words(25)} ${words(25)}\n`)).toEqual({ status: 0, complaints: [] });
    expect(lint(`${words(25)}\n${words(26)}\n`)).toEqual({
      status: 1,
      complaints: [':2: 26 words (at most 25): Word word word word word word …'],
    });
  });

  it.each([
    ['list items', `- ${'word '.repeat(20)}\n- ${'word '.repeat(20)}\n`],
    ['cells', `| ${'word '.repeat(20)} | ${'word '.repeat(20)} |\n`],
    ['a label and its sentence', `**${words(10).slice(0, -1)}:** ${words(25)}\n`],
    ['a code span', `${words(24).slice(0, -1)} \`${'word '.repeat(9)}\`.\n`],
    ['the target of a link', `${words(24).slice(0, -1)} [word](brought.md "Word word").\n`],
    ['code and its comments', `\`\`\`sh\n${'word '.repeat(30)}\n# ${words(30)}\n\`\`\`\n`],
  ])('counts %s separately', (_what, text) => {
    expect(lint(text)).toEqual({ status: 0, complaints: [] });
  });

  it.each([
    ['a list item', `- ${words(26)}\n`, 1],
    ['a cell', `| Word | ${words(26)} |\n`, 1],
    ['the second paragraph', `Word.\n\n${words(26)}\n`, 3],
    ['a paragraph after a code block', `\`\`\`sh\nword\n\`\`\`\n${words(26)}\n`, 4],
  ])('reports a long sentence in %s', (_what, text, line) => {
    expect(lint(text)).toEqual({
      status: 1,
      complaints: [`:${line}: 26 words (at most 25): Word word word word word word …`],
    });
  });

  it('checks the comments of code blocks but no other code', () => {
    expect(lint('`the id`\n\n```sh\necho "the id" # the id\n```\n')).toEqual({
      status: 1,
      complaints: [':4: "id": write ID, URL, JSON'],
    });
  });

  it('skips flags, placeholders, and values of --format in TypeScript', () => {
    const code = "f('-m, --json <id>', 'run x --format id', `prints json of ${id}`);\n";
    expect(lint(code, 'flags.ts')).toEqual({
      status: 1,
      complaints: [':1: "json": write ID, URL, JSON'],
    });
  });

  it('checks string literals of TypeScript but not names, comments, or single words', () => {
    const code = "// goes on\nconst id = 'id';\nexport const text = [`${id} goes on`, 'for ever more'];\n";
    expect(lint(code, 'texts.ts')).toEqual({
      status: 1,
      complaints: [':3: "goes on": write continue', ':3: "for ever": write forever'],
    });
  });
});
