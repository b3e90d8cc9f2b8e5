import { expect, test } from 'vitest';
import { closestWord } from '../../src/parse/closest-word.ts';

const WORDS = ['video', 'audio', 'image', 'document', 'id', 'json'];

test.each([
  ['vidoe', 'video'],
  ['vide', 'video'],
  ['vvideo', 'video'],
  ['adio', 'audio'],
  ['documnet', 'document'],
  ['jsno', 'json'],
  ['image', 'image'],
  ['i', undefined],
  ['xx', undefined],
  ['', undefined],
  ['film', undefined],
])('%j: %j', (typed, word) => {
  expect(closestWord(typed, WORDS)).toBe(word);
});

test('returns the closest of several words', () => {
  expect(closestWord('readx', ['rebdy', 'ready'])).toBe('ready');
});
