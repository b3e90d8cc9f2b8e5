/** Shorter texts would match unrelated words and numbers. */
const LEAST_LENGTH = 8;
const MASK = '***';

/** Removes the secrets in use from all output. */
export interface SecretFilter {
  note(secret: string): void;
  redact(text: string): string;
}

/** Matches each secret, also as written in JSON, URLs, and Basic authentication. */
export function createSecretFilter(): SecretFilter {
  const spellings = new Set<string>();
  return {
    note(secret) {
      const bare = secret.trim();
      // The same token is registered for every request.
      if (bare.length < LEAST_LENGTH || spellings.has(bare)) return;
      spellings.add(bare);
      spellings.add(JSON.stringify(bare).slice(1, -1));
      spellings.add(encodeURIComponent(Buffer.from(bare).toString()));
      spellings.add(Buffer.from(bare).toString('base64'));
      spellings.add(Buffer.from(bare).toString('base64url'));
    },
    redact(text) {
      let redacted = text;
      for (const spelling of spellings) redacted = redacted.replaceAll(spelling, MASK);
      return redacted;
    },
  };
}
