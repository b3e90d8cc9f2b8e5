import type { Plugin } from 'rolldown';

/** What packages load at once but this program never or seldom uses, or do wrong, and what stands there instead. */
const UNUSED: readonly { readonly file: RegExp; readonly call: string; readonly instead: string }[] = [
  // For subcommands that are programs of their own.
  {
    file: /[/\\]commander[/\\]lib[/\\]command\.js$/,
    call: "require('node:child_process')",
    instead: '({})',
  },
  // src/http/transport.ts allows HTTP/1.1 only.
  {
    file: /[/\\]undici[/\\]lib[/\\]dispatcher[/\\]client\.js$/,
    call: "require('./client-h2.js')",
    instead: '({})',
  },
  // Asked for one number; the same as in src/http/transport.ts.
  {
    file: /[/\\]undici[/\\]lib[/\\]dispatcher[/\\]client\.js$/,
    call: "require('node:http')",
    instead: '({ maxHeaderSize: 32_768 })',
  },
  // To destroy answers of Node's own client, of which there are none.
  { file: /[/\\]undici[/\\]lib[/\\]core[/\\]util\.js$/, call: "require('node:http')", instead: '({})' },
  // For forms as bodies; ours are texts.
  {
    file: /[/\\]undici[/\\]lib[/\\]dispatcher[/\\]client-h1\.js$/,
    call: "require('../web/fetch/body.js')",
    instead: '({})',
  },
  // Closes the connection; any client has to bear a 100 that it did not ask for (RFC 9110 15.2), as undici does for a 103.
  {
    file: /[/\\]undici[/\\]lib[/\\]dispatcher[/\\]client-h1\.js$/,
    call: 'if (statusCode === 100) {',
    instead: 'if (false) {',
  },
  // Unicode tables, each of which takes longer than a table of plain texts: made for the first text that needs them.
  {
    file: /(?<!cli-table3[/\\])node_modules[/\\]string-width[/\\]index\.js$/,
    call: 'const segmenter = new Intl.Segmenter();',
    instead:
      'let graphemes; const segmenter = {segment: text => (graphemes ??= new Intl.Segmenter()).segment(text)};',
  },
  {
    file: /(?<!cli-table3[/\\])node_modules[/\\]string-width[/\\]index\.js$/,
    call: 'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
    instead:
      "let rgiEmoji; const rgiEmojiRegex = {test: text => (rgiEmoji ??= new RegExp(String.raw`^\\p{RGI_Emoji}$`, 'v')).test(text)};",
  },
];

/** Leaves out what would only slow the start down: loading these takes Node several milliseconds. */
export function omitUnused(): Plugin {
  return {
    name: 'omit-unused',
    transform: {
      filter: { id: UNUSED.map(({ file }) => file) },
      handler(code, id) {
        let left = code;
        for (const { file, call, instead } of UNUSED) {
          if (!file.test(id)) continue;
          if (!code.includes(call))
            this.error(`${id} has no ${call} any more: look whether it is still unused`);
          left = left.replace(call, () => instead);
        }
        return left;
      },
    },
  };
}
