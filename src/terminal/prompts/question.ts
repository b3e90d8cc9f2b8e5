/** A question whose answer is a word or a choice. `check` says what is wrong with an answer, or null. */
export type Question =
  | { readonly kind: 'text'; readonly message: string; check(answer: string): string | null }
  /** Never shown while it is typed or pasted, nor afterwards. */
  | { readonly kind: 'secret'; readonly message: string; check(answer: string): string | null }
  | {
      readonly kind: 'choice';
      readonly message: string;
      readonly choices: readonly { readonly value: string; readonly label: string }[];
    };
