import type { Command } from 'commander';
import { ExpectedError } from '../errors.ts';
import { forFlag } from './flag-values.ts';

/** The most common encodings of zip archives, by the names in hints. */
const USUAL_ENCODINGS = [
  'cp437',
  'windows-1252',
  'ibm866',
  'windows-1251',
  'shift_jis',
  'euc-jp',
  'gbk',
  'big5',
  'euc-kr',
] as const;

/** Node has no decoder for the first one, and an incomplete one for the second; see name-encoding.ts in src/zip. */
const OWN: Readonly<Record<string, string>> = {
  cp437: 'cp437',
  ibm437: 'cp437',
  'windows-1252': 'windows-1252',
};
/** Names that Python, iconv, and unzip use. The values are labels of the Encoding Standard. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
};

/** The escape character, which differs in ISO-2022-JP, and the printable characters. ICU swaps other control characters. */
const ASCII = Uint8Array.from({ length: 0x60 }, (_, index) => (index === 0 ? 0x1b : index + 0x1f));
const ASCII_TEXT = String.fromCharCode(...ASCII);

type MakeDecoder = (label: string) => { readonly encoding: string; decode(bytes: Uint8Array): string };

const ofNode: MakeDecoder = (label) => new TextDecoder(label, { fatal: true, ignoreBOM: true });

/**
 * The name of an encoding that contains ASCII, in any of its usual spellings, for `nameDecoder()`.
 * @throws ExpectedError USAGE for an encoding that is unknown or missing in this build of Node
 */
export function parseNameEncoding(text: string, makeDecoder = ofNode): string {
  const name = text.trim().toLowerCase();
  const own = OWN[name];
  if (own !== undefined) return own;
  const label = knownLabel(OTHER_NAMES[name] ?? name, makeDecoder);
  if (label !== null) return label;
  const isSmall = knownLabel('shift_jis', makeDecoder) === null;
  throw new ExpectedError('USAGE', `unsupported encoding ${JSON.stringify(text)}`, {
    hint: isSmall
      ? 'this Node.js build lacks full ICU; use cp437 or windows-1252'
      : `use an encoding such as ${USUAL_ENCODINGS.slice(0, -1).join(', ')}, or ${USUAL_ENCODINGS.at(-1)}`,
  });
}

/**
 * Replaces the value of `--encoding` with the name that `nameDecoder()` uses.
 * @throws ExpectedError USAGE for an unknown encoding
 */
export function readEncoding(command: Command): void {
  const read = forFlag('--encoding', (text) => parseNameEncoding(text));
  command.setOptionValue('encoding', read(String(command.opts()['encoding'])));
}

function knownLabel(label: string, makeDecoder: MakeDecoder): string | null {
  try {
    const decoder = makeDecoder(label);
    return decoder.decode(ASCII) === ASCII_TEXT ? decoder.encoding : null;
  } catch {
    return null;
  }
}
