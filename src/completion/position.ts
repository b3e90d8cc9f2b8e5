import type { Command, Option } from 'commander';

/** The position of the incomplete word in the command tree. */
export interface Position {
  readonly command: Command;
  /** The word so far, as the program would get it. */
  readonly current: string;
  readonly place:
    | { readonly kind: 'flag' }
    /** `prefix` is the text before the value in the same word, such as `--format=`. */
    | { readonly kind: 'value'; readonly option: Option; readonly prefix: string }
    | { readonly kind: 'operand'; readonly isAfterDashes: boolean };
  /** The operands before it, without command names. */
  readonly operands: readonly string[];
  /** Values of the flags before it, by the names under which commander stores them. */
  readonly flagValues: ReadonlyMap<string, string>;
}

/** Parses a line as commander does, but without errors. The last word is incomplete. */
export function findPosition(program: Command, words: readonly string[]): Position {
  const current = words.at(-1) ?? '';
  const operands: string[] = [];
  const flagValues = new Map<string, string>();
  let command = program;
  let waiting: Option | undefined;
  let isAfterDashes = false;
  for (const word of words.slice(0, -1)) {
    if (waiting !== undefined) {
      flagValues.set(waiting.attributeName(), word);
      waiting = undefined;
    } else if (isAfterDashes || !word.startsWith('-') || word === '-') {
      const next = operands.length === 0 && !isAfterDashes ? findCommand(command, word) : undefined;
      if (next === undefined) operands.push(word);
      else command = next;
    } else if (word === '--') {
      isAfterDashes = true;
    } else {
      const { option, value } = readFlag(command, word);
      if (option?.required !== true) continue;
      if (value === undefined) waiting = option;
      else flagValues.set(option.attributeName(), value);
    }
  }
  const found = { command, current, operands, flagValues };
  if (waiting !== undefined) return { ...found, place: { kind: 'value', option: waiting, prefix: '' } };
  if (isAfterDashes || !current.startsWith('-')) {
    return { ...found, place: { kind: 'operand', isAfterDashes } };
  }
  const { option, value } = readFlag(command, current);
  if (option === undefined || value === undefined || option.isBoolean())
    return { ...found, place: { kind: 'flag' } };
  const prefix = current.slice(0, current.length - value.length);
  return { ...found, place: { kind: 'value', option, prefix } };
}

/** The command and its ancestors, whose flags it also accepts. */
export function withAncestors(command: Command): readonly Command[] {
  return command.parent === null ? [command] : [command, ...withAncestors(command.parent)];
}

export function findCommand(parent: Command, word: string): Command | undefined {
  return parent.commands.find((command) => command.name() === word || command.aliases().includes(word));
}

/** `--name`, `--name=value`, or a cluster such as `-xqD` or `-Dvalue`, whose last flag counts. */
function readFlag(
  command: Command,
  word: string,
): { readonly option: Option | undefined; readonly value: string | undefined } {
  const options = withAncestors(command).flatMap((one) => one.options);
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const name = equals === -1 ? word : word.slice(0, equals);
    const option = options.find(({ long }) => long === name);
    return { option, value: equals === -1 ? undefined : word.slice(equals + 1) };
  }
  for (let index = 1; index < word.length; index += 1) {
    const option = options.find(({ short }) => short === `-${word[index]}`);
    if (option === undefined || option.required) {
      const rest = word.slice(index + 1);
      return { option, value: rest === '' ? undefined : rest };
    }
  }
  return { option: undefined, value: undefined };
}
