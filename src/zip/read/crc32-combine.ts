/** The reversed polynomial of CRC-32 (ISO-HDLC), with the lowest power in the highest bit. */
const POLYNOMIAL = 0xedb88320;

/**
 * Returns the CRC-32 of two concatenated pieces, given the CRC-32 of each and the length of the second in bytes.
 * Multiplies the first by x^(8 · length) modulo the polynomial.
 */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  return (multiply(powerOfX(secondBytes * 8), first) ^ second) >>> 0;
}

/** x^exponent modulo the polynomial, by squaring; the exponent may exceed 2^32. */
function powerOfX(exponent: number): number {
  let result = 0x80000000;
  let square = 0x40000000;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(square, result);
    square = multiply(square, square);
  }
  return result;
}

/** Multiplies two polynomials over GF(2) modulo the polynomial. */
function multiply(one: number, other: number): number {
  let product = 0;
  let shifted = other;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((one & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product >>> 0;
}
