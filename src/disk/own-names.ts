/** Prefix of temporary files and folders beside a target. No entry of an archive may have it. */
export const OWN_NAME_PREFIX = '.streamdiver-dl-';
