/** A response to a numbered list. */
export type PlainResponse =
  | { readonly kind: 'done' | 'back' | 'more' | 'all' | 'retry' }
  | { readonly kind: 'search'; readonly text: string }
  /** Counted from 0. */
  | { readonly kind: 'rows'; readonly rows: readonly number[] }
  | { readonly kind: 'unknown' };

/** Parses `3`, `1,4-6`, `/text`, `+`, `a`, `b`, and `r`. Numbers above `total` are unknown. */
export function parsePlainResponse(text: string, total: number): PlainResponse {
  if (text === '') return { kind: 'done' };
  if (text === 'b') return { kind: 'back' };
  if (text === '+') return { kind: 'more' };
  if (text === 'a') return { kind: 'all' };
  if (text === 'r') return { kind: 'retry' };
  if (text.startsWith('/')) return { kind: 'search', text: text.slice(1).trim() };
  const rows: number[] = [];
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(word);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? first);
    if (!(first >= 1 && first <= last && last <= total)) return { kind: 'unknown' };
    for (let number = first; number <= last; number += 1) rows.push(number - 1);
  }
  return { kind: 'rows', rows: [...new Set(rows)] };
}
