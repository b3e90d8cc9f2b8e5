/** The keys of a profile in the config file. */
export const PROFILE_KEYS = ['apiUrl', 'ssoUrl', 'cacert'] as const;
export type ProfileKey = (typeof PROFILE_KEYS)[number];
