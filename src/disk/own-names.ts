/** Files and folders that the program makes beside a target for a while begin with this; no entry of an archive may. */
export const OWN_NAME_PREFIX = '.streamdiver-dl-';
