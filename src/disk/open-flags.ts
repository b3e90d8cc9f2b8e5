import { constants } from 'node:fs';

/** Does not wait for the other end of a pipe. Windows has neither this flag nor pipes in folders. */
export const NON_BLOCKING = constants.O_NONBLOCK ?? 0;

/**
 * Does not follow a link, and does not wait for the other end of a pipe. Windows has neither these flags nor, in
 * folders, the problems that they prevent.
 */
export const NO_DETOUR = (constants.O_NOFOLLOW ?? 0) | NON_BLOCKING;
