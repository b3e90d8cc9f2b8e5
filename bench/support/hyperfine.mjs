import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs named commands in sequence with hyperfine, without a shell.
 * @param exitCodes by name; 0 by default
 * @returns the wall times of each in seconds
 * @throws Error if a command ends with another exit code, because an early failure looks fast
 */
export function timesOf(commands, { folder, env, runs, exitCodes = {} }) {
  const report = path.join(folder, 'hyperfine.json');
  const flags = ['-N', '--ignore-failure', '--warmup', '3', '--runs', String(runs), '--style', 'none'];
  const lines = Object.values(commands).map((words) => words.map(quote).join(' '));
  execFileSync('hyperfine', [...flags, '--export-json', report, ...lines], {
    cwd: folder,
    env,
    // hyperfine warns about each failure.
    stdio: 'ignore',
  });
  const { results } = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(report);
  return Object.fromEntries(
    Object.keys(commands).map((name, index) => {
      const { times, exit_codes: codes } = results[index];
      const wrong = codes.find((code) => code !== (exitCodes[name] ?? 0));
      if (wrong !== undefined) throw new Error(`${name} ended with ${wrong}: ${lines[index]}`);
      return [name, times];
    }),
  );
}

/** Quotes a word for hyperfine and shells. */
export function quote(word) {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
