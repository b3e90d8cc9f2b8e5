/** A question for a word or a choice. `check` returns the problem with a response, or null. */
export type Question =
  | { readonly kind: 'text'; readonly message: string; check(answer: string): string | null }
  /** Never shown; asterisks are displayed instead. */
  | { readonly kind: 'secret'; readonly message: string; check(answer: string): string | null }
  | {
      readonly kind: 'choice';
      readonly message: string;
      readonly choices: readonly { readonly value: string; readonly label: string }[];
    };
