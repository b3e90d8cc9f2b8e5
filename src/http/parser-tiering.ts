import { setFlagsFromString } from 'node:v8';

/**
 * Bytes of WebAssembly that run before a function is optimized. undici's parser is one large loop, in which each byte of a
 * header counts as tens of thousands.
 */
const LARGE_BUDGET = 2_000_000_000;

/** V8's own, as `node --v8-options` tells it. */
function usualBudget(nodeVersion: string): number | undefined {
  if (/^v2[01]\./.test(nodeVersion)) return 1_800_000;
  return /^v2[2-6]\./.test(nodeVersion) ? 13_000_000 : undefined;
}

/**
 * Runs `work`, in which undici compiles its parser. V8 would begin to optimize that after a few short answers, and the
 * process could not end before it is done: a tenth of a second on Node 20, half of that later. The parser keeps the
 * budget with which it was compiled; V8 gets back its own, because Node uses what it has kept compiled only with the
 * flags of that time. Versions whose budget is not known are left alone.
 */
export async function withoutEarlyOptimizing<Result>(
  nodeVersion: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const usual = usualBudget(nodeVersion);
  if (usual === undefined) return await work();
  setFlagsFromString(`--wasm-tiering-budget=${LARGE_BUDGET}`);
  try {
    return await work();
  } finally {
    setFlagsFromString(`--wasm-tiering-budget=${usual}`);
  }
}
