const PLAIN = /^[\x20-\x7e]*$/;
/** What some file systems take no notice of in names. */
export const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * A key that names share when some file system may take them for the same: canonical composition and full case
 * folding. Of two such entries one would be lost, so whatever one of them compares decides:
 *
 * - APFS and HFS+ take no notice of canonical composition (`é` as one character or as two); ZFS, if told to, either.
 *   Compatibility forms (`²`, `½`, fullwidth `Ａ`, NFKC) are other characters on every one of them.
 * - NTFS, exFAT, and SMB shares compare by one-to-one upper-case tables, APFS and ext4 (casefold) by full case folding:
 *   `ß`, `ẞ`, and `ss` are one name there, as are `ﬁ` and `fi`, or `ſ`, `S`, and `s`. Full folding joins all that
 *   the tables join.
 * - Lower, upper, lower: upper case alone leaves `ẞ` as it is, and lower case alone leaves `ß` and `ſ`. A sigma is lower
 *   case in two forms, by what stands beside it.
 * - The Kelvin and Ångström signs are canonically `K` and `Å`. `İ` folds to `i` and a dot above, which is not `i`.
 *   Dotless `ı` has the upper case `I` and counts as `i`: no table that we know of joins the two outside of Turkish, but this errs
 *   to the safe side.
 * - HFS+ takes no notice of joiners and other invisible characters; nobody could tell such names apart either.
 */
export function foldName(name: string): string {
  if (PLAIN.test(name)) return name.toLowerCase();
  const composed = name.replace(IGNORABLE, '').normalize('NFC');
  const folded = composed.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFC');
}
