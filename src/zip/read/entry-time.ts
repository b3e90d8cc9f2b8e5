/**
 * Returns the modification time of an entry, or null if it has none. Prefers the extended timestamp
 * (UTC). The DOS time has no time zone and is read as UTC, so that the result does not depend on the
 * machine.
 * @param dosTime APPNOTE 4.4.6: bits 0-4 seconds/2, 5-10 minutes, 11-15 hours
 * @param dosDate APPNOTE 4.4.6: bits 0-4 day, 5-8 month, 9-15 years since 1980
 * @param timestamps contents of the extra field 0x5455, see extra-fields.ts
 */
export function modifiedTimeMs(dosTime: number, dosDate: number, timestamps: Buffer | null): number | null {
  if (timestamps !== null && timestamps.length >= 5 && ((timestamps[0] ?? 0) & 1) === 1) {
    return timestamps.readInt32LE(1) * 1000;
  }
  const day = dosDate & 31;
  const month = (dosDate >> 5) & 15;
  const year = 1980 + (dosDate >> 9);
  const isDate = day >= 1 && month >= 1 && month <= 12;
  if (!isDate) return null;
  return Date.UTC(year, month - 1, day, dosTime >> 11, (dosTime >> 5) & 63, (dosTime & 31) * 2);
}
