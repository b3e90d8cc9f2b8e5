import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { formatManPage } from '../../src/help/man-page.ts';
import { TOPIC_TEXTS } from '../../src/help/topic-texts.ts';
import { runCommand } from '../commands/run-command.ts';
import { commandsOf, nameOf, program } from './command-tree.ts';

const PAGE = formatManPage(program);
const hasGroff = spawnSync('groff', ['--version']).status === 0;

/** The rendered text without bold and underline. */
function render(): { text: string; warnings: string } {
  const { stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-rLL=78n'], {
    input: PAGE,
    encoding: 'utf8',
  });
  const text = stdout.replace(/\x1b\[[\d;]*m/g, '').replace(/.\x08/g, '');
  return { text: text.replace(/\s+/g, ' '), warnings: stderr };
}

describe.skipIf(!hasGroff)(`the manual page${hasGroff ? '' : ' (groff is not installed here)'}`, () => {
  test('renders without a warning', () => {
    expect(render().warnings).toBe('');
  });

  test('names every command, flag, variable, and exit code', () => {
    const { text } = render();
    for (const command of commandsOf(program)) {
      expect(text).toContain(nameOf(command));
      const shown = command.options.filter(({ hidden }) => !hidden);
      for (const { flags } of shown) expect(text).toContain(flags);
    }
    const terms = Object.values(TOPIC_TEXTS)
      .flat()
      .flatMap((line) => line.match(/\b[A-Z]+(_[A-Z]+)+\b/g) ?? []);
    expect(terms.length).toBeGreaterThan(20);
    for (const term of terms) expect(text).toContain(term);
  });

  test('prints dashes and quotes literally', () => {
    const { text } = render();
    expect(text).toContain('streamdiver-dl create -m ID --title Lecture --expires 7d');
    expect(text).toContain('the JSON request body');
    expect(text).toContain("contents ID --include '*.srt' --json");
    expect(text).not.toMatch(/[‘’“”]/);
    // Some versions of groff turn a plain ' into a closing quote.
    expect(PAGE).toContain('contents ID \\-\\-include \\(aq*.srt\\(aq');
  });
});

test('the manual page omits hidden flags and commands', () => {
  for (const hidden of ['clobber', 'output\\-dir', 'non\\-interactive', '__complete']) {
    expect(PAGE).not.toContain(hidden);
  }
});

test('the build contains the page that `help man` prints', async () => {
  const file = fileURLToPath(new URL('../../dist/streamdiver-dl.1', import.meta.url));
  expect(readFileSync(file, 'utf8')).toBe(PAGE);
  expect((await runCommand(['help', 'man'])).stdout).toBe(PAGE);
  const manifest = execFileSync('npm', ['pkg', 'get', 'man'], { encoding: 'utf8' });
  expect(JSON.parse(manifest)).toBe('dist/streamdiver-dl.1');
});
