import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Runs commands, given by name, one after the other in one run of hyperfine, without a shell.
 * @param exitCodes by name; 0 where it says nothing
 * @returns the wall times of each in seconds
 * @throws Error when a command ends with another exit code: what fails early is quick
 */
export function timesOf(commands, { folder, env, runs, exitCodes = {} }) {
  const report = path.join(folder, 'hyperfine.json');
  const flags = ['-N', '--ignore-failure', '--warmup', '3', '--runs', String(runs), '--style', 'none'];
  const lines = Object.values(commands).map((words) => words.map(quote).join(' '));
  execFileSync('hyperfine', [...flags, '--export-json', report, ...lines], {
    cwd: folder,
    env,
    // It warns of each failure.
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

/** A word as hyperfine and a shell split it. */
export function quote(word) {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
