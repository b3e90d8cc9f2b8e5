/** Topics of `help`. */
export const TOPICS = ['environment', 'exit-codes', 'json'] as const;
