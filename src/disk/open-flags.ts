import { constants } from 'node:fs';

/** A pipe does not wait for its other end. Windows has no such flag, nor pipes with names in folders. */
export const NON_BLOCKING = constants.O_NONBLOCK ?? 0;

/**
 * Opens what has the name itself, and at once: no link is followed, and no pipe waits for its other end. Windows has
 * neither flag, nor, in folders, what they guard against.
 */
export const NO_DETOUR = (constants.O_NOFOLLOW ?? 0) | NON_BLOCKING;
