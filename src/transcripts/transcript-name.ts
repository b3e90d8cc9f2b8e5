import { createHash } from 'node:crypto';
import { ExpectedError } from '../errors.ts';
import { safePath } from '../target-folder/safe-path.ts';

/** The values for a name; null if unknown. */
export interface NamedTranscript {
  readonly title: string | null;
  readonly id: string;
  readonly language: string | null;
  readonly format: string;
  /** UTC, ISO 8601. */
  readonly created: string | null;
  readonly type: string | null;
}

export interface NameTemplate {
  /** Whether names contain the ID, so that no two transcripts share one. */
  readonly hasId: boolean;
  /**
   * The components of the path below the target folder.
   * @throws ExpectedError UNSAFE if it cannot be a path
   */
  nameOf(transcript: NamedTranscript): readonly string[];
}

const DEFAULT_TEMPLATE = '{title}-{id8}.{language}.{format}';
const MAX_TITLE_CHARACTERS = 80;
/** Leaves room for the rest of a name of 255 bytes. */
const MAX_TITLE_BYTES = 150;
const MAX_WORD_BYTES = 40;
const RANDOM_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const SAFE_ID = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9_])?$/;
const HASH_LENGTH = 16;

const VALUES: Readonly<Record<string, (transcript: NamedTranscript) => string>> = {
  title: ({ title }) => slug(title ?? '') || 'untitled',
  id: ({ id }) => safeId(id),
  id8: ({ id }) => (RANDOM_UUID.test(id) ? id.slice(0, 8).toLowerCase() : safeId(id)),
  language: ({ language }) => safeWord(language) || 'und',
  format: ({ format }) => format,
  created: ({ created }) => created?.slice(0, 10) ?? 'undated',
  type: ({ type }) => safeWord(type) || 'unknown',
};

export const PLACEHOLDERS: readonly string[] = Object.keys(VALUES).map((name) => `{${name}}`);

/**
 * Parses a template such as `{created}/{title}-{id8}.{language}.{format}`. Adds a missing extension.
 * @throws ExpectedError USAGE for an unknown placeholder, or a path outside of the folder
 */
export function parseNameTemplate(text: string = DEFAULT_TEMPLATE): NameTemplate {
  const unknown = [...text.matchAll(/\{[^{}]*\}/g)].find(([word]) => !PLACEHOLDERS.includes(word));
  if (unknown !== undefined) {
    throw new ExpectedError('USAGE', `--name: ${unknown[0]} is not a placeholder`, {
      hint: `placeholders: ${PLACEHOLDERS.join(' ')}`,
    });
  }
  const template = text.includes('.{format}') ? text : `${text}.{format}`;
  const fill = (transcript: NamedTranscript) =>
    template
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => VALUES[name]?.(transcript) ?? '')
      .split('/')
      // Programs would parse the name as a flag.
      .map((part) => part.replace(/^-+/, ''))
      .join('/');
  const offence = text.endsWith('/') ? 'ends in /' : safePath(fill(EXAMPLE)).offence;
  if (offence !== null) throw new ExpectedError('USAGE', `--name: ${JSON.stringify(text)} ${offence}`);
  return {
    hasId: /\{id8?\}/.test(template),
    nameOf(transcript) {
      const name = fill(transcript);
      const { components, offence: problem } = safePath(name);
      if (components !== null) return components;
      throw new ExpectedError('UNSAFE', `the name ${JSON.stringify(name)} ${problem}`, {
        id: transcript.id,
        hint: 'choose shorter or other names with --name',
      });
    },
  };
}

const EXAMPLE: NamedTranscript = {
  title: 'x',
  id: 'x',
  language: 'x',
  format: 'srt',
  created: null,
  type: 'x',
};

/** Lowercase letters of every script, numbers, and dashes for everything else. */
function slug(text: string): string {
  const plain = text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-/, '');
  return cut(plain, MAX_TITLE_CHARACTERS, MAX_TITLE_BYTES);
}

function safeWord(text: string | null): string {
  const plain = (text ?? '').normalize('NFC').replaceAll(/[^\p{L}\p{M}\p{N}_]+/gu, '-');
  return cut(plain.replace(/^-/, ''), MAX_WORD_BYTES, MAX_WORD_BYTES);
}

/** Cuts between characters. Removes a dash at the end. */
function cut(text: string, maxCharacters: number, maxBytes: number): string {
  let bytes = 0;
  const kept = Array.from(text)
    .slice(0, maxCharacters)
    .filter((character) => {
      bytes += Buffer.byteLength(character);
      return bytes <= maxBytes;
    });
  return kept.join('').replace(/-$/, '');
}

/** An ID that is long, or unsafe as a name, becomes a hash, which is the same in every run. */
function safeId(id: string): string {
  return SAFE_ID.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, HASH_LENGTH);
}
