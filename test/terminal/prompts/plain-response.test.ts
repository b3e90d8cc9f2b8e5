import { expect, test } from 'vitest';
import { parsePlainResponse } from '../../../src/terminal/prompts/plain-response.ts';

test.each([
  ['', { kind: 'done' }],
  ['b', { kind: 'back' }],
  ['+', { kind: 'more' }],
  ['a', { kind: 'all' }],
  ['r', { kind: 'retry' }],
  ['/ two words ', { kind: 'search', text: 'two words' }],
  ['/', { kind: 'search', text: '' }],
  ['1', { kind: 'rows', rows: [0] }],
  ['9', { kind: 'rows', rows: [8] }],
  ['1,3-5 2', { kind: 'rows', rows: [0, 2, 3, 4, 1] }],
  ['3,3,2-3', { kind: 'rows', rows: [2, 1] }],
  ['2-2', { kind: 'rows', rows: [1] }],
  [' , ', { kind: 'rows', rows: [] }],
  ['0', { kind: 'unknown' }],
  ['10', { kind: 'unknown' }],
  ['8-10', { kind: 'unknown' }],
  ['3-2', { kind: 'unknown' }],
  ['1,x', { kind: 'unknown' }],
  ['-1', { kind: 'unknown' }],
  ['0000001', { kind: 'unknown' }],
])('parses %j for a list of nine as %j', (text, response) => {
  expect(parsePlainResponse(text, 9)).toEqual(response);
});
