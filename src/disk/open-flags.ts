import { constants } from 'node:fs';

/**
 * Opens what has the name itself, and at once: no link is followed, and no pipe waits for its other end. Windows has
 * neither flag, nor, in folders, what they guard against.
 */
export const NO_DETOUR = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
