import { stripVTControlCharacters } from 'node:util';
import type { ListQuestion } from '../../../src/terminal/prompts/prompts.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { openInput } from '../../support/process/streams.ts';
import { makeTerminal, type TestTerminalOptions } from '../make-terminal.ts';

/** A terminal with `stdin` as its keyboard. */
export function promptScene(options: TestTerminalOptions = {}) {
  const stdin = openInput({ isTTY: true });
  const made = makeTerminal({ isTTY: true, stdin, clock: createFastClock(), ...options });
  /** All output so far, without colors and cursor movements. */
  const drawn = () => stripVTControlCharacters(made.stderr.text());
  return { stdin, drawn, ...made };
}

/** A multi-select list of strings with a remote search. */
export function searchQuestion(load: ListQuestion<string>['load']): ListQuestion<string> {
  return {
    message: 'Letters',
    columns: [{ key: 'name', heading: '', text: (name) => name, shrinks: true }],
    idOf: (name) => name,
    items: null,
    load,
    hasSearch: true,
    isMultiple: true,
    chosen: [],
    isRequired: true,
    canGoBack: false,
    notes: [],
    emptyText: 'nothing',
  };
}
