import { expect, test } from 'vitest';
import { chooseOne } from '../../src/picker/choices.ts';
import type { ListQuestion, Prompts } from '../../src/terminal/prompts/prompts.ts';

test.each([
  ['distinct', ['a', 'b'], true],
  ['alike', ['a', 'a'], false],
])(
  'with labels that are %s, a narrow terminal may omit the details: %3$j',
  async (_name, labels, isOptional) => {
    const questions: ListQuestion<never>[] = [];
    const prompts: Pick<Prompts, 'chooseFrom'> = {
      chooseFrom: async (question) => {
        questions.push(question as never);
        return null;
      },
    };
    const choices = labels.map((label, value) => ({ label, detail: 'detail', value }));
    expect(await chooseOne(prompts as Prompts, { message: 'Which?', choices, chosen: [] })).toBeNull();
    expect(questions.map(({ columns }) => columns.map((column) => column.isOptional))).toEqual([
      [undefined, isOptional],
    ]);
  },
);
