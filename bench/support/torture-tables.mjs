const COLUMNS = {
  downloads: {
    runs: 'runs',
    right: 'right file',
    failed: 'error, no file',
    partial: 'error, partial file under the final name',
    wrong: 'success, wrong file',
    late: 'no end in 60 s',
    stuck: 'rerun does not repair',
  },
  archives: {
    runs: 'archives',
    accepted: 'accepted',
    partial: 'error, files left',
    outside: 'wrote outside',
    links: 'links or devices',
    late: 'no end in 30 s',
  },
};

/** One table for each comparison of test/torture/compared.test.ts, a row for each program. */
export function comparedTables(comparisons) {
  return comparisons.flatMap(({ what, seed, programs, refusedAlone }) => {
    const columns = Object.entries(COLUMNS[what]);
    return [
      `${what === 'downloads' ? 'Faulty servers' : 'Hostile archives'}, seed ${seed}:`,
      '',
      `| program | ${columns.map(([, heading]) => heading).join(' | ')} |`,
      `|---|${'---|'.repeat(columns.length)}`,
      ...Object.entries(programs).map(
        ([name, tally]) => `| ${[name, ...columns.map(([key]) => tally[key])].join(' | ')} |`,
      ),
      '',
      ...(refusedAlone.length === 0
        ? []
        : [`Refused here, but right for another program: ${refusedAlone.join('; ')}.`, '']),
    ];
  });
}

/** How long test/torture/soak.test.ts ran, and what its processes that ran all the time needed more in the end. */
export function soakTable({ seed, minutes, runs, kills, nights, problems, growth }) {
  const most = (key) => Math.max(...growth.map((each) => each[key])).toFixed(0);
  return [
    `Seed ${seed}, ${minutes.toFixed(0)} minutes:`,
    '',
    '| runs | of them nights | kills | problems | memory grew by, at most | open files grew by, at most |',
    '|---|---|---|---|---|---|',
    `| ${runs} | ${nights} | ${kills} | ${problems.length} | ${most('residentMiB')} MiB | ${most('openFiles')} |`,
    '',
  ];
}
