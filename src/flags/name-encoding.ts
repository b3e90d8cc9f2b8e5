import type { Command } from 'commander';
import { ExpectedError } from '../errors.ts';
import { forFlag } from './flag-values.ts';

/** Those that zip archives are most often found with, by the names that are offered. */
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

/** Node has no decoder for the first, and of the other not its own characters; see name-encoding.ts in src/zip. */
const OWN: Readonly<Record<string, string>> = {
  cp437: 'cp437',
  ibm437: 'cp437',
  'windows-1252': 'windows-1252',
};
/** As Python, iconv and unzip know them; the others are labels of the Encoding Standard. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
};

/** Escape, which begins something else in ISO-2022-JP, and what can be printed; ICU exchanges other control characters. */
const ASCII = Uint8Array.from({ length: 0x60 }, (_, index) => (index === 0 ? 0x1b : index + 0x1f));
const ASCII_TEXT = String.fromCharCode(...ASCII);

type MakeDecoder = (label: string) => { readonly encoding: string; decode(bytes: Uint8Array): string };

const ofNode: MakeDecoder = (label) => new TextDecoder(label, { fatal: true, ignoreBOM: true });

/**
 * The name of an encoding, in any of its usual spellings, for `nameDecoder()`. ASCII has to mean the same in it.
 * @throws ExpectedError USAGE for an unknown one, or one that this build of Node does not have
 */
export function parseNameEncoding(text: string, makeDecoder = ofNode): string {
  const name = text.trim().toLowerCase();
  const own = OWN[name];
  if (own !== undefined) return own;
  const label = knownLabel(OTHER_NAMES[name] ?? name, makeDecoder);
  if (label !== null) return label;
  const isSmall = knownLabel('shift_jis', makeDecoder) === null;
  throw new ExpectedError('USAGE', `${JSON.stringify(text)} is not an encoding that names can be read in`, {
    hint: isSmall
      ? 'this build of Node.js has few encodings (no full ICU); here there are cp437 and windows-1252'
      : `use one such as ${USUAL_ENCODINGS.slice(0, -1).join(', ')}, or ${USUAL_ENCODINGS.at(-1)}`,
  });
}

/**
 * Puts the encoding that was given with `--encoding` by the name that `nameDecoder()` knows.
 * @throws ExpectedError USAGE for an unknown one
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
