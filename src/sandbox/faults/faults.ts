import { ExpectedError } from '../../errors.ts';
import { FAULTS, type FaultArgument, type FaultDefinition, type FaultName } from './fault-table.ts';

/** A requested fault with its parsed argument. */
export interface SandboxFault {
  readonly name: FaultName;
  /** Bytes, milliseconds, an HTTP status, or a difference, depending on the fault; otherwise 0. */
  readonly amount: number;
  /** How often it occurs; Infinity for always. */
  readonly times: number;
  /** The argument as written, empty without one. */
  readonly text: string;
}

/** All faults with their arguments (`cut=BYTES[,TIMES]`) and a description, for help and docs. */
export const FAULT_NAMES: readonly {
  readonly name: string;
  readonly usage: string;
  readonly description: string;
}[] = Object.entries(FAULTS).map(([name, { argument, description }]) => ({
  name,
  usage: formatUsage(name, argument),
  description,
}));

/** Explains the arguments. */
export const FAULT_ARGUMENTS =
  'N is a number of calls, BYTES is 100000 or 64K, MS is 500ms or 30s, and TIMES is a number or all.';

type Argument = Omit<SandboxFault, 'name' | 'text'>;

/**
 * Parses `NAME` or `NAME=ARGUMENT` of `sandbox --fault`.
 * @throws ExpectedError USAGE that lists the names, or shows the syntax of the argument
 */
export function parseFault(text: string): SandboxFault {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  const value = equals === -1 ? '' : text.slice(equals + 1);
  if (!isFaultName(name)) {
    throw new ExpectedError('USAGE', `unknown fault ${JSON.stringify(name)}`, {
      hint: `faults: ${Object.keys(FAULTS).join(', ')}; for other formats of responses, use --dialect (list shows all)`,
    });
  }
  const { argument, description, times }: FaultDefinition = FAULTS[name];
  const parsed = PARSERS[argument](value);
  if (parsed === undefined) {
    throw new ExpectedError('USAGE', `${JSON.stringify(text)} has an invalid argument`, {
      hint: `use ${formatUsage(name, argument)}: ${description}`,
    });
  }
  return { name, text: value, ...parsed, times: times ?? parsed.times };
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

function formatUsage(name: string, argument: FaultArgument): string {
  if (argument === '') return name;
  return argument.startsWith('[') ? `${name}[=${argument.slice(1)}` : `${name}=${argument}`;
}

const ALWAYS: Argument = { amount: 0, times: Infinity };

const PARSERS: Readonly<Record<FaultArgument, (value: string) => Argument | undefined>> = {
  '': (value) => (value === '' ? ALWAYS : undefined),
  N: parseCount,
  '[N]': (value) => (value === '' ? ALWAYS : parseCount(value)),
  BYTES: (value) => parseAmount(parseBytes(value), Infinity),
  'BYTES[,TIMES]': (value) => {
    const [bytes = '', times = '1'] = splitOnce(value);
    return parseAmount(parseBytes(bytes), parseTimes(times));
  },
  '[DELTA]': (value) => {
    if (value === '') return { amount: 1, times: Infinity };
    return parseAmount(/^[+-]?\d{1,15}$/.test(value) ? Number(value) : undefined, Infinity);
  },
  MS: (value) => parseAmount(parseMilliseconds(value), Infinity),
  '[STATUS]': () => ALWAYS,
  'CODE[,TIMES]': (value) => {
    const [code = '', times = 'all'] = splitOnce(value);
    return parseAmount(parseStatus(code), parseTimes(times));
  },
};

function splitOnce(value: string): string[] {
  const comma = value.indexOf(',');
  return comma === -1 ? [value] : [value.slice(0, comma), value.slice(comma + 1)];
}

function parseAmount(amount: number | undefined, times: number | undefined): Argument | undefined {
  return amount === undefined || times === undefined ? undefined : { amount, times };
}

function parseCount(value: string): Argument | undefined {
  return /^\d{1,9}$/.test(value) ? { amount: Number(value), times: Number(value) } : undefined;
}

function parseTimes(value: string): number | undefined {
  return value === 'all' ? Infinity : parseCount(value)?.times;
}

const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

function parseBytes(value: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,12})([KMG]?)$/i.exec(value) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNIT_BYTES[unit.toUpperCase()] ?? 1);
}

const UNIT_MS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, m: 60_000 };

function parseMilliseconds(value: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,9})(ms|s|m|)$/.exec(value) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNIT_MS[unit] ?? 1);
}

function parseStatus(value: string): number | undefined {
  return /^[2-5]\d\d$/.test(value) ? Number(value) : undefined;
}
