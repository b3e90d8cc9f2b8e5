const WAYS = ['fetch', 'fetch -x', 'contents'];

/**
 * The results for the archives of each packer, as test/torture/packers.test.ts reports them: the number of archives
 * per result, the reasons for failures, and the packers that are not installed.
 */
export function packersMatrix(reports) {
  const rows = groupByPacker(reports);
  const missing = [...new Set((rows.get(null) ?? []).map(({ name }) => name))];
  rows.delete(null);
  const archives = reports.flatMap(({ archives: its }) => its);
  const accepted = archives.filter(({ others }) => others.length === 0);
  return [
    `| packer | archives | ${WAYS.map((way) => `\`${way}\``).join(' | ')} |`,
    '|---|---|---|---|---|',
    ...[...rows].map(([name, its]) =>
      row(
        name,
        its.flatMap((report) => report.archives),
      ),
    ),
    row('all', archives),
    row('those that unzip, 7z, bsdtar, and Python accept', accepted),
    '',
    ...[...rows].flatMap(([name, its]) =>
      its.flatMap((report) => report.archives.flatMap((each) => refusals(name, each))),
    ),
    `- not installed: ${missing.join(', ') || 'none'}`,
  ];
}

function row(name, archives) {
  const working = WAYS.map(
    (way) => archives.filter(({ refused }) => !refused.some((each) => each.way === way)).length,
  );
  return `| ${[name, archives.length, ...working].join(' | ')} |`;
}

function refusals(name, { recipe, refused, others }) {
  const opinion = others.length === 0 ? 'all four others accept it' : `refused by ${others.join(', ')}, too`;
  return refused.map(({ way, what }) => `- ${name}, ${recipe}, \`${way}\`: ${what} (${opinion})`);
}

function groupByPacker(reports) {
  const rows = new Map();
  for (const report of reports) {
    const key = report.version === null ? null : `${report.name} ${report.version}`;
    rows.set(key, [...(rows.get(key) ?? []), report]);
  }
  return rows;
}

/** The results for the deviating archives that all other programs accept, as test/torture/twists.test.ts reports them. */
export function twistsMatrix({ seed, archives, accepted, working, reasons }) {
  return [
    `Seed ${seed}: of ${archives} archives unzip, 7z, bsdtar, and Python accept ${accepted}.`,
    '',
    '| way | accepted |',
    '|---|---|',
    ...WAYS.map((way) => `| \`${way}\` | ${working[way]} of ${accepted} |`),
    '',
    '| refused in at least one way because of | archives |',
    '|---|---|',
    ...Object.entries(reasons)
      .toSorted(([, one], [, other]) => other - one)
      .map(([reason, count]) => `| ${reason} | ${count} |`),
  ];
}
