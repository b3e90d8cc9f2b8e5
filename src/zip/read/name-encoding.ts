/** Decodes a name; null if its bytes are not valid in the encoding. */
export type NameDecoder = (bytes: Buffer) => string | null;

/** Characters from 0x80 on; after the end of the string, latin1 applies. */
const SINGLE_BYTE = {
  /** The encoding of legacy names (APPNOTE appendix D.1). */
  cp437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  /** Node 20 decodes these as control characters. */
  'windows-1252': '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ',
} as const;

function isSingleByte(label: string): label is keyof typeof SINGLE_BYTE {
  return Object.hasOwn(SINGLE_BYTE, label);
}

/** @param label as returned by `parseNameEncoding()` */
export function nameDecoder(label: string): NameDecoder {
  if (isSingleByte(label)) return (bytes) => decodeSingleBytes(bytes, label);
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  };
}

export function decodeSingleBytes(bytes: Buffer, label: keyof typeof SINGLE_BYTE): string {
  const upper = SINGLE_BYTE[label];
  let text = '';
  for (const byte of bytes) {
    const own = byte < 0x80 ? '' : upper.charAt(byte - 0x80);
    text += own === '' ? String.fromCharCode(byte) : own;
  }
  return text;
}
