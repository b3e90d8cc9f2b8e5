import { setFlagsFromString } from 'node:v8';

/**
 * The number of WebAssembly bytes that run before a function is optimized. undici's parser is one large loop, so each
 * byte of a header counts as tens of thousands.
 */
const LARGE_BUDGET = 2_000_000_000;

/** The default of V8, from `node --v8-options`. */
function usualBudget(nodeVersion: string): number | undefined {
  if (/^v2[01]\./.test(nodeVersion)) return 1_800_000;
  return /^v2[2-6]\./.test(nodeVersion) ? 13_000_000 : undefined;
}

/**
 * Runs `work`, in which undici compiles its parser. V8 would start to optimize the parser after a few short responses,
 * and the process could not exit before that ends: 100 ms on Node 20, half of that later. The parser keeps the budget
 * with which it was compiled. The default of V8 is restored, because Node's code cache depends on the flags. Versions
 * with an unknown budget are not changed.
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
