import { formatSize, inLargestUnit } from '../../parse/size.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** More days than this are shown as months. */
const MANY_DAYS = 90;
const DAYS_PER_MONTH = 30.44;

/** A size with one decimal, so that sizes align in a column: `1.0 GiB`, `512 B`. */
export function formatSizeInColumn(sizeBytes: number): string {
  return sizeBytes < 1024 ? formatSize(sizeBytes) : inLargestUnit(sizeBytes, 1).join(' ');
}

/** An amount of a total; a common unit is written once: `1.2/3.4 GiB`. */
export function formatSizeOf(bytes: number, totalBytes: number): string {
  const [amount, unit] = formatSize(bytes).split(' ');
  const total = formatSize(totalBytes);
  return total.endsWith(` ${unit}`) ? `${amount}/${total}` : `${amount} ${unit}/${total}`;
}

/** The same in the unit of the total, padded to a constant width: ` 0.3/12.5 GiB`. */
export function formatSizeOfInColumn(bytes: number, totalBytes: number): string {
  const exponent = Math.floor(Math.log2(Math.max(totalBytes, 1)) / 10);
  const amountOf = (sizeBytes: number) => {
    return exponent === 0
      ? String(sizeBytes)
      : (Math.floor((sizeBytes * 10) / 1024 ** exponent) / 10).toFixed(1);
  };
  return `${amountOf(bytes).padStart(amountOf(totalBytes).length)}/${formatSizeInColumn(totalBytes)}`;
}

/** A speed: `85 MiB/s`, with one decimal below 10. */
export function formatRate(bytesPerSecond: number): string {
  const isLarge = /^\d{2}/.test(formatSize(bytesPerSecond));
  return `${isLarge ? inLargestUnit(bytesPerSecond, 0).join(' ') : formatSize(bytesPerSecond)}/s`;
}

/** A duration in its two largest units: `45s`, `1m 05s`, `2h 03m`, `6d 04h`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / SECOND_MS));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds}s`;
  if (hours === 0) return `${minutes}m ${twoDigits(seconds % 60)}s`;
  if (hours < 24) return `${hours}h ${twoDigits(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${twoDigits(hours % 24)}h`;
}

/** An elapsed time, with tenths of a second below 10 s: `0.4s`, `1m 05s`. */
export function formatElapsed(durationMs: number): string {
  return durationMs < 10 * SECOND_MS ? `${(durationMs / SECOND_MS).toFixed(1)}s` : formatDuration(durationMs);
}

/** A countdown as a clock: `0:23`, `12:05`, `1:02:03`. */
export function formatCountdown(remainingSeconds: number): string {
  const seconds = Math.max(0, Math.round(remainingSeconds));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${twoDigits(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
}

/** A share of 1, rounded down so that 100 % means complete: `45 %`. */
export function formatPercent(share: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100)} %`;
}

/** A time relative to another, both in milliseconds since the epoch: `in 6d`, `3m ago`, `now`. */
export function formatRelativeTime(timeMs: number, nowMs: number): string {
  const distanceMs = Math.abs(timeMs - nowMs);
  if (distanceMs < SECOND_MS) return 'now';
  const distance = formatDistance(distanceMs);
  return timeMs > nowMs ? `in ${distance}` : `${distance} ago`;
}

function formatDistance(distanceMs: number): string {
  if (distanceMs < MINUTE_MS) return `${Math.floor(distanceMs / SECOND_MS)}s`;
  const minutes = Math.round(distanceMs / MINUTE_MS);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.round(distanceMs / HOUR_MS);
  if (hours < 24) return `${hours}h`;
  const days = Math.round(distanceMs / DAY_MS);
  if (days < MANY_DAYS) return `${days}d`;
  const months = Math.floor(days / DAYS_PER_MONTH);
  return months < 24 ? `${months}mo` : `${Math.floor(months / 12)}y`;
}

/** `1 file`, `3 files`. */
export function counted(count: number, unit: string, units = `${unit}s`): string {
  return `${count} ${count === 1 ? unit : units}`;
}

/** `1 media item`, `1,000 media items`. */
export function countMedia(count: number): string {
  return counted(count, 'media item').replace(/^\d+/, formatCount(count));
}

/** A whole number with commas between thousands: `4,000`. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
