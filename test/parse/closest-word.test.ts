import { expect, test } from 'vitest';
import { closestOf } from '../../src/parse/closest-word.ts';

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
  expect(closestOf(typed, WORDS)).toBe(word);
});

test('the nearest of several wins', () => {
  expect(closestOf('readx', ['rebdy', 'ready'])).toBe('ready');
});
