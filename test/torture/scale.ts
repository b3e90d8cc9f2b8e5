import { randomInt } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { onWindows } from '../support/windows/launcher.ts';
import type { Tally } from './tally.ts';

/**
 * The suite takes a sample of each scenario; `npm run torture` (bench/torture.mjs) sets these
 * variables, runs all of it, and reads what `report` wrote.
 */
const IS_FULL = process.env['TORTURE_REPORT'] !== undefined;

/** Stands in the name of every test, so that a failure can be had again. */
export const SEED = Number(process.env['TORTURE_SEED'] ?? randomInt(2 ** 31));

/**
 * For scenarios whose combinations take too long to be all known good: the suite always takes the same sample of them.
 */
export const FIXED_SEED = scaled({ sample: Number(process.env['TORTURE_SEED'] ?? 1), full: SEED });

export function scaled<Value>({ sample, full }: { readonly sample: Value; readonly full: Value }): Value {
  return IS_FULL ? full : sample;
}

export const TIME_LIMIT = { timeout: scaled({ sample: onWindows ? 600_000 : 120_000, full: 3_600_000 }) };

/** Passes the tally of a scenario on to the table. */
export function report(scenario: string, tally: Tally): void {
  const path = process.env['TORTURE_REPORT'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ scenario, seed: SEED, ...tally })}\n`);
}

/** What became of archives of one packer. */
interface PackerReport {
  readonly name: string;
  /** Null where it is not installed. */
  readonly version: string | null;
  readonly archives: readonly ArchiveReport[];
}

export interface ArchiveReport {
  readonly recipe: string;
  /** The ways that do not work. */
  readonly refused: readonly { readonly way: string; readonly what: string }[];
  /** Other programs that refuse it. */
  readonly others: readonly string[];
}

/** Passes archives on to the matrix. */
export function reportPacker(packer: PackerReport): void {
  const path = process.env['TORTURE_REPORT'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ packer })}\n`);
}

/** What an earlier run that did not come to its end has reported of an archive. */
export function reportedArchive(
  packer: Omit<PackerReport, 'archives'>,
  recipe: string,
): ArchiveReport | null {
  const path = process.env['TORTURE_REPORT'];
  if (path === undefined || !existsSync(path)) return null;
  const reports = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { packer?: PackerReport }).packer);
  const archives = reports.flatMap((report) =>
    report?.name === packer.name && report.version === packer.version ? report.archives : [],
  );
  return archives.find((archive) => archive.recipe === recipe) ?? null;
}

/** How twisted archives that all other programs accept fare: how many go each way, and why the others do not. */
interface TwistsReport {
  readonly seed: number;
  readonly archives: number;
  readonly accepted: number;
  readonly working: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

/** Passes the result of a soak on to its table. */
export function reportSoak(soak: object): void {
  const path = process.env['TORTURE_REPORT'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ soak: { seed: SEED, ...soak } })}\n`);
}

/** Passes what became of each program on to the tables. */
export function reportComparison(
  what: 'downloads' | 'archives',
  programs: Readonly<Record<string, object>>,
  refusedAlone: readonly string[] = [],
): void {
  const path = process.env['TORTURE_REPORT'];
  if (path !== undefined)
    appendFileSync(path, `${JSON.stringify({ compared: { what, seed: SEED, programs, refusedAlone } })}\n`);
}

export function reportTwists(twists: TwistsReport): void {
  const path = process.env['TORTURE_REPORT'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ twists })}\n`);
}
