import { type Command, Help, type Option } from 'commander';

/** A narrower column would fit only one word per line. */
const NARROWEST_DESCRIPTION = 32;
const INDENT = '  ';
const DEFAULT_WIDTH = 80;
const STACKED_INDENT = '      ';

/** By command: groups of flags that its help omits. Completion still offers them. */
const HIDDEN_GROUPS = new WeakMap<Command, readonly string[]>();

/** Omits groups of flags from the help of a command, and returns the command. */
export function hideGroups(command: Command, groups: readonly string[]): Command {
  HIDDEN_GROUPS.set(command, groups);
  return command;
}

/**
 * The layout of help: flags in groups, with the global flags after those of the command. On a narrow terminal,
 * descriptions go below their terms.
 */
export const helpFormat = {
  minWidthToWrap: 20,
  visibleOptions(this: Help, command: Command): Option[] {
    const own = Help.prototype.visibleOptions.call(this, command);
    const inherited = ancestors(command).flatMap((one) => one.options.filter(({ hidden }) => !hidden));
    // The help flag comes last.
    return [
      ...own.filter(({ long }) => long !== '--help'),
      ...inherited,
      ...own.filter(({ long }) => long === '--help'),
    ];
  },
  commandUsage(this: Help, command: Command): string {
    return Help.prototype.commandUsage.call(this, command).replace('[options]', '[flags]');
  },
  /** Names and arguments, without `[flags]`. */
  subcommandTerm(this: Help, command: Command): string {
    const operands = command.registeredArguments.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    });
    return [[command.name(), ...command.aliases()].join(', '), ...operands].join(' ');
  },
  /** Commands come before the global flags. */
  formatHelp(this: Help, command: Command, helper: Help): string {
    const hidden = HIDDEN_GROUPS.get(command) ?? [];
    const sections = Help.prototype.formatHelp
      .call(this, command, helper)
      .trimEnd()
      .split('\n\n')
      .filter((section) => !hidden.includes(section.split('\n')[0] ?? ''));
    const isCommands = (section: string) => section.startsWith('Commands:');
    const [usage = '', description = '', ...rest] = sections.filter((section) => !isCommands(section));
    const width = this.helpWidth ?? DEFAULT_WIDTH;
    return `${[wrapText(usage, width, '    '), description, ...sections.filter(isCommands), ...rest].join('\n\n')}\n`;
  },
  formatItem(this: Help, term: string, termWidth: number, description: string, helper: Help): string {
    const width = this.helpWidth ?? DEFAULT_WIDTH;
    const isNarrow = width - termWidth - 2 * INDENT.length < NARROWEST_DESCRIPTION;
    if (!isNarrow || description === '') {
      return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
    }
    const lines = helper.boxWrap(description, Math.max(width - STACKED_INDENT.length, this.minWidthToWrap));
    return [INDENT + term, ...lines.split('\n').map((line) => STACKED_INDENT + line)].join('\n');
  },
};

/** Wraps text between words and indents every line after the first. */
export function wrapText(text: string, width: number, indent: string): string {
  const help = Object.assign(new Help(), { minWidthToWrap: 1 });
  return help.boxWrap(text, width - indent.length).replaceAll('\n', `\n${indent}`);
}

/** Lines of a topic: `term  description` has the layout of flags, other lines are wrapped. */
export function formatTopic(lines: readonly string[], width: number): readonly string[] {
  const help = Object.assign(new Help(), helpFormat, { helpWidth: width });
  const items = lines.map((line) => /^( ?\S.*?) {2,}(\S.*)$/.exec(line));
  const termWidth = Math.max(...items.map((item) => item?.[1]?.length ?? 0));
  return lines.flatMap((line, index) => {
    const [, term, description = ''] = items[index] ?? [];
    const text =
      term === undefined ? help.boxWrap(line, width) : help.formatItem(term, termWidth, description, help);
    return text.split('\n');
  });
}

function ancestors(command: Command): Command[] {
  return command.parent === null ? [] : [command.parent, ...ancestors(command.parent)];
}
