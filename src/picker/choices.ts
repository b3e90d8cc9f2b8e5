import type { Column } from '../terminal/listing/listing.ts';
import type { ListQuestion, Prompts } from '../terminal/prompts/prompts.ts';

/** One of a few options that are known from the start. */
export interface Choice<Value> {
  readonly label: string;
  readonly detail?: string;
  readonly value: Value;
}

interface ChoiceQuestion<Value> {
  readonly message: string;
  readonly choices: readonly Choice<Value>[];
  readonly chosen: readonly Value[];
  readonly notes?: readonly string[];
  readonly canGoBack?: boolean;
}

/** Asks for one option; null to go back. */
export async function chooseOne<Value>(
  prompts: Prompts,
  question: ChoiceQuestion<Value>,
): Promise<Value | null> {
  const choices = await prompts.chooseFrom({ ...listOf(question), isMultiple: false, isRequired: true });
  return choices?.[0]?.value ?? null;
}

/** Asks for several options, in their original order; null to go back. */
export async function chooseSeveral<Value>(
  prompts: Prompts,
  question: ChoiceQuestion<Value> & { readonly isRequired: boolean },
): Promise<readonly Value[] | null> {
  const { isRequired, choices } = question;
  const chosen = await prompts.chooseFrom({ ...listOf(question), isMultiple: true, isRequired });
  return chosen === null
    ? null
    : choices.filter((choice) => chosen.includes(choice)).map(({ value }) => value);
}

/** A narrow terminal may omit the detail only if the labels alone are distinct. */
function columnsOf<Value>(choices: readonly Choice<Value>[]): readonly Column<Choice<Value>>[] {
  const isOptional = new Set(choices.map(({ label }) => label)).size === choices.length;
  return [
    { key: 'label', heading: '', text: ({ label }) => label, shrinks: true },
    { key: 'detail', heading: '', text: ({ detail }) => detail ?? '', shrinks: true, isOptional },
  ];
}

function listOf<Value>({
  message,
  choices,
  chosen,
  notes = [],
  canGoBack = true,
}: ChoiceQuestion<Value>): Omit<ListQuestion<Choice<Value>>, 'isMultiple' | 'isRequired'> {
  return {
    message,
    columns: columnsOf(choices),
    idOf: (choice) => String(choices.indexOf(choice)),
    items: choices,
    load: () => Promise.resolve([]),
    hasSearch: false,
    chosen: choices.filter(({ value }) => chosen.includes(value)),
    canGoBack,
    notes,
    emptyText: 'No options',
  };
}
