// A separate module: a process that runs many files loads it once, and listens once.

/** Node.js warnings since the last check: detected leaks and deprecations. */
const warnings: Error[] = [];
process.on('warning', (warning) => warnings.push(warning));

/** Returns and clears the warnings since the last call. */
export function takeWarnings(): readonly Error[] {
  return warnings.splice(0);
}
