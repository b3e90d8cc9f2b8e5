import { Argument, type Command } from 'commander';
import type { LocalContext } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import { TOPIC_TEXTS, TOPICS } from '../help/topics.ts';

export interface HelpOptions {
  readonly words: readonly string[];
}

export function defineHelp(
  parent: Command,
  action: (options: HelpOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('help')
    .summary('explain a command or a topic')
    .description(`Explains a command, or one of the topics: ${TOPICS.join(', ')}.`)
    .addArgument(new Argument('[command...]', 'a command or a topic'))
    .action((words: string[], _flags: unknown, self: Command) => action({ words }, self));
}

/** `help json` prints the JSON Schema of everything that `--json` prints. */
export async function help(
  { words }: HelpOptions,
  program: Command,
  { io }: Pick<LocalContext, 'io'>,
): Promise<void> {
  const [topic] = words;
  if (topic === 'json') {
    const { outputSchema } = await import('../help/output-schema.ts');
    io.json(outputSchema);
    return;
  }
  if (topic === 'environment' || topic === 'exit-codes') {
    for (const line of TOPIC_TEXTS[topic]) io.line(line);
    return;
  }
  const command = findCommand(program, words);
  command.outputHelp();
  if (topic !== 'sandbox') return;
  const { FAULT_NAMES } = await import('../sandbox/faults.ts');
  io.line('');
  io.line('Faults:');
  for (const { usage, description } of FAULT_NAMES) io.line(`  ${usage.padEnd(30)} ${description}`);
}

function findCommand(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    const next = command.commands.find(
      (candidate) => candidate.name() === word || candidate.aliases().includes(word),
    );
    if (next === undefined) {
      throw new ExpectedError('USAGE', `there is no command or topic ${JSON.stringify(words.join(' '))}`, {
        hint: `commands: ${program.commands.map((candidate) => candidate.name()).join(', ')}; topics: ${TOPICS.join(', ')}`,
      });
    }
    command = next;
  }
  return command;
}
