const PLAIN = /^[\x20-\x7e]*$/;
/** Characters that some file systems ignore in names. */
export const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * Returns a key that is equal for names that some file system treats as equal: canonical composition and full
 * case folding. Saving both would lose one of them, so the most permissive file system decides:
 *
 * - APFS and HFS+ ignore differences of canonical composition (`é` as one or two characters), and ZFS optionally.
 *   No file system treats compatibility forms (`²`, `½`, fullwidth `Ａ`, NFKC) as equal.
 * - NTFS, exFAT, and SMB shares compare by one-to-one upper-case tables, APFS and ext4 (casefold) by full case folding:
 *   `ß`, `ẞ`, and `ss` are the same name there, as are `ﬁ` and `fi`, or `ſ`, `S`, and `s`. Full folding covers
 *   everything that the tables treat as equal.
 * - Lower, upper, lower: upper case alone keeps `ẞ`, and lower case alone keeps `ß` and `ſ`. Lower case sigma has
 *   two forms, depending on its position.
 * - The Kelvin and Ångström signs are canonically `K` and `Å`. `İ` folds to `i` and a dot above, which is not `i`.
 *   Dotless `ı` has the upper case `I` and counts as `i`. No known table treats the two as equal outside of
 *   Turkish, but this is the safe choice.
 * - HFS+ ignores joiners and other invisible characters; people could not distinguish such names either.
 */
export function foldName(name: string): string {
  if (PLAIN.test(name)) return name.toLowerCase();
  const composed = name.replace(IGNORABLE, '').normalize('NFC');
  const folded = composed.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFC');
}
