import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeSegment } from '../../src/api/client.ts';

test('encodeSegment encodes any ID as one path segment, except . and ..', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
      fc.pre(id !== '.' && id !== '..');
      const url = new URL(`https://h.example/v2/downloads/${encodeSegment(id)}`);
      expect(url.pathname.split('/')).toHaveLength(4);
      expect(decodeURIComponent(url.pathname.split('/')[3] ?? '')).toBe(id);
      expect(url.search + url.hash).toBe('');
    }),
  );
  for (const id of ['.', '..'])
    expect(() => encodeSegment(id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});
