/** What `help` explains beside commands. */
export const TOPICS = ['environment', 'exit-codes', 'json'] as const;
