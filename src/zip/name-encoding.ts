/** The text of a name, or null when the bytes are none in this encoding. */
export type NameDecoder = (bytes: Buffer) => string | null;

/** Upper half of code page 437, the encoding of old names (APPNOTE appendix D.1). */
const CP437_UPPER =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';
/** That of 850, which Windows in Western Europe writes. */
const CP850_UPPER =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';
/** Of windows-1252 what is not in latin1. Node 20 has control characters in its place. */
const WINDOWS_1252_80_TO_9F = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const SINGLE_BYTE: Readonly<Record<string, string>> = {
  cp437: CP437_UPPER,
  cp850: CP850_UPPER,
  'windows-1252': WINDOWS_1252_80_TO_9F,
};

/** @param label as `parseNameEncoding()` gives it */
export function nameDecoder(label: string): NameDecoder {
  const upper = SINGLE_BYTE[label];
  if (upper !== undefined) return (bytes) => decodeSingleBytes(bytes, upper);
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  };
}

export function decodeCp437(bytes: Buffer): string {
  return decodeSingleBytes(bytes, CP437_UPPER);
}

/** Above the characters of `upper`, which begin at 0x80, it is latin1. */
function decodeSingleBytes(bytes: Buffer, upper: string): string {
  let text = '';
  for (const byte of bytes) {
    const own = byte < 0x80 ? '' : upper.charAt(byte - 0x80);
    text += own === '' ? String.fromCharCode(byte) : own;
  }
  return text;
}
