import type { Plugin } from 'rolldown';

/** Code that packages load on start, but that this program does not or rarely need, with its replacement. */
const UNUSED: readonly { readonly file: RegExp; readonly call: string; readonly instead: string }[] = [
  // For subcommands that are separate programs.
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
  // Used for a single number; the same as in src/http/transport.ts.
  {
    file: /[/\\]undici[/\\]lib[/\\]dispatcher[/\\]client\.js$/,
    call: "require('node:http')",
    instead: '({ maxHeaderSize: 32_768 })',
  },
  // Used to destroy responses of Node's own client, which this program does not use.
  { file: /[/\\]undici[/\\]lib[/\\]core[/\\]util\.js$/, call: "require('node:http')", instead: '({})' },
  // For forms as request bodies; ours are texts.
  {
    file: /[/\\]undici[/\\]lib[/\\]dispatcher[/\\]client-h1\.js$/,
    call: "require('../web/fetch/body.js')",
    instead: '({})',
  },
  // Closes the connection. A client must ignore an unexpected 100 (RFC 9110 15.2), as undici does for a 103.
  {
    file: /[/\\]undici[/\\]lib[/\\]dispatcher[/\\]client-h1\.js$/,
    call: 'if (statusCode === 100) {',
    instead: 'if (false) {',
  },
  // Unicode tables, each slower to load than a table of plain text. Created for the first text that needs them.
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

/** Omits code that would slow down the start: loading it takes Node several milliseconds. */
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
