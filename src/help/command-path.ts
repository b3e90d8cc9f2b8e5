import type { Command } from 'commander';

/** Names from the program down to a command, without the program's own. */
export function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
}
