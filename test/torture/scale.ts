import { randomInt } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { onWindows } from '../support/windows/launcher.ts';
import type { Tally } from './tally.ts';

/**
 * The test suite runs a sample of each scenario. `npm run torture` (bench/torture.mjs) sets these variables,
 * runs everything, and reads what `report` wrote.
 */
const IS_FULL = process.env['TORTURE_REPORT'] !== undefined;

/** Part of every test title, so that failures can be reproduced. */
export const SEED = Number(process.env['TORTURE_SEED'] ?? randomInt(2 ** 31));

/**
 * For scenarios with too many combinations to run them all regularly. The suite always runs the same sample.
 */
export const FIXED_SEED = scaled({ sample: Number(process.env['TORTURE_SEED'] ?? 1), full: SEED });

export function scaled<Value>({ sample, full }: { readonly sample: Value; readonly full: Value }): Value {
  return IS_FULL ? full : sample;
}

export const TIME_LIMIT = { timeout: scaled({ sample: onWindows ? 600_000 : 120_000, full: 3_600_000 }) };

/** Adds the tally of a scenario to the report for the table. */
export function report(scenario: string, tally: Tally): void {
  const path = process.env['TORTURE_REPORT'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ scenario, seed: SEED, ...tally })}\n`);
}

/** The results for the archives of one packer. */
interface PackerReport {
  readonly name: string;
  /** Null if the packer is not installed. */
  readonly version: string | null;
  readonly archives: readonly ArchiveReport[];
}

export interface ArchiveReport {
  readonly recipe: string;
  /** The ways that fail. */
  readonly refused: readonly { readonly way: string; readonly what: string }[];
  /** Other programs that reject the archive. */
  readonly others: readonly string[];
}

/** Adds archives to the report for the matrix. */
export function reportPacker(packer: PackerReport): void {
  const path = process.env['TORTURE_REPORT'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ packer })}\n`);
}

/** What an earlier, interrupted run reported about an archive. */
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

/** Results for twisted archives that all other programs accept: how many work each way, and why the others fail. */
interface TwistsReport {
  readonly seed: number;
  readonly archives: number;
  readonly accepted: number;
  readonly working: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

/** Adds the result of a soak to the report for its table. */
export function reportSoak(soak: object): void {
  const path = process.env['TORTURE_REPORT'];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ soak: { seed: SEED, ...soak } })}\n`);
}

/** Adds the results of each program to the report for the tables. */
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
