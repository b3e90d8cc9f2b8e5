import { ExpectedError } from '../errors.ts';
import type { MediaQuery } from '../media-selection/media-query.ts';
import { parseQueriedMoment } from '../parse/time.ts';
import { forFlag } from './flag-values.ts';
import type { QueryFlags } from './query-flags.ts';

/**
 * Resolves the times of a query. A date means its start or end in local time, which is easy to misjudge, so
 * `onDay` is called with the exact time.
 * @throws ExpectedError USAGE if a time is invalid, or `--since` is in the future or later than `--until`
 */
export function resolveQuery(
  { since, until, search, type, tag, speaker, channel }: QueryFlags,
  nowMs: number,
  onDay: (message: string) => void,
): MediaQuery {
  const read = (flag: '--since' | '--until', text: string | null): number | null => {
    if (text === null) return null;
    const edge = flag === '--since' ? 'start' : 'end';
    const moment = forFlag(flag, (value) => parseQueriedMoment(value, nowMs, edge))(text);
    if (moment.isEdgeOfDay) onDay(`${flag} ${text} means ${new Date(moment.timeMs).toString()}.`);
    return moment.timeMs;
  };
  const sinceMs = read('--since', since);
  const untilMs = read('--until', until);
  if (sinceMs !== null && sinceMs > nowMs) {
    throw new ExpectedError('USAGE', `--since: ${since ?? ''} is in the future`, {
      hint: 'use a time in the past, such as 7d',
    });
  }
  if (sinceMs !== null && untilMs !== null && sinceMs > untilMs) {
    throw new ExpectedError('USAGE', '--since is later than --until');
  }
  return { search, type, tag, speaker, channel, sinceMs, untilMs };
}
