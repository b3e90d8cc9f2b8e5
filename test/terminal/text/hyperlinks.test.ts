import { expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { runCli } from '../../support/process/run-cli.ts';

/** URLs and labels that would form, break out of, or fake a hyperlink (OSC 8). */
const LINKS = [
  'javascript:alert(1)',
  'https://other.example/\x1b]8;;https://evil.example\x1b\\',
  'https://other.example/\x07\x1b]8;id=a;b;https://evil.example\x07label',
  '\x9d8;;https://evil.example\x9cour-api.example',
  'file:///etc/passwd',
];

/** Serves a package and a media item whose texts are all this link. */
function startWith(link: string) {
  return startApi({
    packages: [
      { id: 'one', title: link, description: link, files: [{ url: link, size: 1, mimeType: link }] },
    ],
    media: [
      { id: 'medium', name: link, description: link, tags: [link], renditions: [{ id: 'r', name: link }] },
    ],
    transcripts: { medium: [{ id: 't', languageCode: link }] },
  });
}

const COMMANDS = [
  ['list'],
  ['status', 'one'],
  ['media', 'list'],
  ['media', 'show', 'medium'],
  ['fetch', 'one', '-vv', '--retries', '0'],
];

// The program draws no hyperlinks: terminals detect the few URLs it prints, and no label can hide a host.
test.each(LINKS)('case 115: prints %j without a hyperlink, on a terminal or not', async (link) => {
  const api = await startWith(link);
  for (const command of COMMANDS) {
    for (const isTTY of [true, false]) {
      const run = await runCli(command, { api, isTTY, columns: 200, env: { TERM: 'xterm-256color' } });
      const shown = run.stdout + run.stderr;
      expect(shown, command.join(' ')).not.toBe('');
      expect(shown).not.toMatch(/\x1b\]|\x9d|\x07|\x1b\\/);
    }
    const { stdout } = await runCli([...command, '--json'], { api });
    expect(stdout).not.toMatch(/[\x1b\x9d\x07]/);
  }
});
