/** What a profile of the config file may hold, by the keys of the file. */
export const PROFILE_KEYS = ['apiUrl', 'ssoUrl', 'cacert'] as const;
export type ProfileKey = (typeof PROFILE_KEYS)[number];
