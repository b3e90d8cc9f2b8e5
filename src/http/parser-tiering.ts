import { setFlagsFromString } from 'node:v8';

/**
 * Bytes of WebAssembly that run before a function is optimized; V8's own is 1.8 million. The parser is one large loop, so
 * that each byte of a header counts as tens of thousands.
 */
const BUDGET = 2_000_000_000;

/**
 * undici parses answers in WebAssembly. V8 11, which is in Node 20 and 21, optimizes that parser after one short answer,
 * and the process cannot end before that is done, which takes a tenth of a second. With this budget only long transfers
 * get there; later versions of V8 need no help. Must be called before the parser is compiled.
 */
export function postponeOptimizing(nodeVersion: string): void {
  if (/^v2[01]\./.test(nodeVersion)) setFlagsFromString(`--wasm-tiering-budget=${BUDGET}`);
}
