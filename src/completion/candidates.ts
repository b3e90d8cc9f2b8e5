import type { Argument, Command, Option } from 'commander';
import { type KnownWords, knownWordsOf } from '../flags/flag-values.ts';
import { escapeText } from '../terminal/text/escape.ts';
import { findCommand, findPosition, type Position, withAncestors } from './position.ts';

/** A complete word, with a description that can be empty. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export type IdKind = 'packages' | 'media';

/** The candidates, and what the shell can add. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly fallback: 'none' | 'files' | 'folders';
}

/** Candidates that are not part of the command tree. */
export interface CandidateSources {
  /** IDs from the service; `flagValues` are the flags of the line. Empty if they are not available in time. */
  ids(kind: IdKind, flagValues: Position['flagValues']): Promise<readonly Candidate[]>;
  /** Names in the config file; empty without one. */
  profiles(): readonly string[];
  /** Topics of `help`. */
  readonly topics: readonly string[];
}

const NOTHING: Completion = { candidates: [], fallback: 'none' };
const FILES: Completion = { candidates: [], fallback: 'files' };
const FOLDERS: Completion = { candidates: [], fallback: 'folders' };

/**
 * All words that can end a line, regardless of the typed prefix. They come from the command tree. The kind of a
 * value comes from its placeholder (`<file>`, `<folder>`, `<id>`) or its parser.
 */
export async function completeLine(
  program: Command,
  words: readonly string[],
  sources: CandidateSources,
): Promise<Completion> {
  const position = findPosition(program, words);
  const { command, place } = position;
  switch (place.kind) {
    case 'flag':
      return { candidates: flagsOf(command, position.current), fallback: 'none' };
    case 'value':
      return withPrefix(place.prefix, await completeValue(place.option, position, sources));
    case 'operand':
      if (place.isAfterDashes && command.name() === 'sandbox') return FILES;
      return await completeOperand(position, sources);
  }
}

/** Short flags only after a single dash, because most also have a long form. */
function flagsOf(command: Command, current: string): readonly Candidate[] {
  const helper = command.createHelp();
  const options = withAncestors(command).flatMap((one) => helper.visibleOptions(one));
  const named = options.flatMap(({ short, long, description }) =>
    [long, current === '-' || long === undefined ? short : undefined].flatMap((value) =>
      value === undefined ? [] : [{ value, description }],
    ),
  );
  return [...new Map(named.map((candidate) => [candidate.value, candidate])).values()];
}

async function completeValue(
  option: Option,
  position: Position,
  sources: CandidateSources,
): Promise<Completion> {
  const known = knownWordsOf(option.parseArg);
  const place = position.place.kind === 'value' ? position.place.prefix : '';
  if (known !== undefined) {
    const typed = position.current.slice(place.length);
    const words = await wordsKnown(known);
    return known.isList ? completeList(words, typed) : wordsOf(words);
  }
  switch (option.attributeName()) {
    case 'media':
    case 'medium':
      return { candidates: await sources.ids('media', position.flagValues), fallback: 'none' };
    case 'profile':
      return { candidates: safe(sources.profiles().map(plain)), fallback: 'none' };
  }
  const placeholder = /[<[]([^\]>]+)/.exec(option.flags)?.[1] ?? '';
  if (/folder|dir/.test(placeholder)) return FOLDERS;
  return /file/.test(placeholder) ? FILES : NOTHING;
}

async function completeOperand(position: Position, sources: CandidateSources): Promise<Completion> {
  const { command, operands, flagValues } = position;
  if (command.name() === 'help') return completeTopic(position, sources.topics);
  if (operands.length === 0 && command.commands.length > 0) {
    return { candidates: subcommandsOf(command), fallback: 'none' };
  }
  const argument = argumentAt(command, operands.length);
  if (argument === undefined) return NOTHING;
  const known = knownWordsOf(argument.parseArg);
  if (known !== undefined) return wordsOf(await wordsKnown(known));
  if (argument.name() !== 'id' && argument.name() !== 'media-id') return NOTHING;
  const isMedia = argument.name() === 'media-id' || command.parent?.name() === 'media';
  const ids = await sources.ids(isMedia ? 'media' : 'packages', flagValues);
  return { candidates: ids.filter(({ value }) => !operands.includes(value)), fallback: 'none' };
}

/** `help` accepts the path of a command, or one topic. */
function completeTopic({ command, operands }: Position, topics: readonly string[]): Completion {
  let at = command.parent ?? command;
  for (const word of operands) {
    const next = findCommand(at, word);
    if (next === undefined) return NOTHING;
    at = next;
  }
  const topicWords = operands.length === 0 ? topics.map(plain) : [];
  return { candidates: [...subcommandsOf(at), ...topicWords], fallback: 'none' };
}

function subcommandsOf(command: Command): readonly Candidate[] {
  return (
    command
      .createHelp()
      .visibleCommands(command)
      // Without the `help` that commander adds to a command with subcommands.
      .filter((one) => command.commands.includes(one))
      .flatMap((one) => [
        { value: one.name(), description: one.summary() },
        ...one.aliases().map((value) => ({ value, description: `same as ${one.name()}` })),
      ])
  );
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic === true ? last : undefined);
}

/** After `srt,`, offers the words that are not in the list yet. */
function completeList(words: readonly string[], typed: string): Completion {
  const given = typed.split(',').slice(0, -1);
  const prefix = given.map((word) => `${word},`).join('');
  return withPrefix(prefix, wordsOf(words.filter((word) => !given.includes(word))));
}

function withPrefix(prefix: string, { candidates, fallback }: Completion): Completion {
  return {
    candidates: candidates.map(({ value, description }) => ({ value: prefix + value, description })),
    fallback,
  };
}

async function wordsKnown({ words }: KnownWords): Promise<readonly string[]> {
  return typeof words === 'function' ? await words() : words;
}

function wordsOf(words: readonly string[]): Completion {
  return { candidates: words.map(plain), fallback: 'none' };
}

function plain(value: string): Candidate {
  return { value, description: '' };
}

/**
 * Filters external data: drops words with invisible characters and words that look like flags. Makes each
 * description one visible line.
 */
export function safe(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates
    .filter(({ value }) => value !== '' && !value.startsWith('-') && escapeText(value) === value)
    .map(({ value, description }) => ({ value, description: escapeText(description) }));
}
