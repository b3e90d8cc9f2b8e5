// A module of its own: it is loaded once by a process that runs many files, and listens once.

/** Warnings of Node since the last look: a leak that it saw, or a use that it will forbid. */
const warnings: Error[] = [];
process.on('warning', (warning) => warnings.push(warning));

/** Takes the warnings that came since it was last asked. */
export function takeWarnings(): readonly Error[] {
  return warnings.splice(0);
}
