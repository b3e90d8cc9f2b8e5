import { expect, test } from 'vitest';
import { readRequest } from '../../src/completion/complete-line.ts';
import { SCRIPTS } from '../../src/completion/scripts.ts';

const COMPLETION = {
  candidates: [
    { value: "it's", description: 'One thing' },
    { value: 'its', description: 'Another' },
    { value: 'a:b=c', description: '' },
  ],
  fallback: 'none',
} as const;

test.each([
  ['9', 'it', 'p it', ['none', `'it'\\''s'`, 'its']],
  ['63', 'it', 'p it', ['none', `'it'\\''s'  (One thing)`, 'its  (Another)']],
  ['63', 'its', 'p its', ['none', 'its']],
  ['9', "'it", "p 'it", ['none', 'its']],
  ['9', '"it', 'p "it', ['none', "it's", 'its']],
  ['9', ':', 'p a:', ['none', 'b=c']],
  ['9', 'b', 'p a:b', ['none', 'b=c']],
  ['9', '=', 'p a:b=', ['none', 'c']],
  ['9', '', 'p ', ['none', `'it'\\''s'`, 'its', 'a:b=c']],
  ['9', 'x', 'p x', ['none']],
])('bash with COMP_TYPE %s, part %j of %j', (type, part, line, lines) => {
  expect(readRequest('bash', [type, part, line]).respond(COMPLETION)).toEqual(lines);
});

test('offers nothing to bash for a candidate that ends where bash replaces the word', () => {
  const candidates = ['a:', 'a:b'].map((value) => ({ value, description: '' }));
  const request = readRequest('bash', ['9', ':', 'p a:']);
  expect(request.respond({ candidates, fallback: 'none' })).toEqual(['none', 'b']);
});

test.each(['$x', '`x', '\\x', '!x', 'x"y'])(
  'offers %s to bash within single quotes but not within double quotes',
  (value) => {
    const answer = (part: string, line: string) =>
      readRequest('bash', ['9', part, line]).respond({
        candidates: [{ value, description: '' }],
        fallback: 'none',
      });
    expect(answer('"', 'p "')).toEqual(['none']);
    expect(answer("'", "p '")).toEqual(['none', value]);
  },
);

test('PowerShell receives the text to insert, the list item, and the tooltip', () => {
  const encoded = Buffer.from('rm\n\nit').toString('base64');
  const request = readRequest('pwsh', [encoded]);
  expect(request.words).toEqual(['rm', '', 'it']);
  expect(request.respond(COMPLETION)).toEqual(['none', `'it''s'\tit's\tOne thing`, 'its\tits\tAnother']);
});

test('case 118: quotes what PowerShell would read as a variable, a comma list, or a splat', () => {
  const request = readRequest('pwsh', [Buffer.from('rm\n').toString('base64')]);
  const candidates = ['$(calc)', '`n', 'a,b', '@x', 'a b'].map((value) => ({ value, description: '' }));
  const inserted = request
    .respond({ candidates, fallback: 'none' })
    .slice(1)
    .map((line) => line.split('\t')[0]);
  expect(inserted).toEqual(["'$(calc)'", "'`n'", "'a,b'", "'@x'", "'a b'"]);
});

test('the PowerShell script has balanced brackets and quotes', () => {
  const code = SCRIPTS.pwsh.replaceAll(/#.*|'[^']*'|"'"/g, '');
  const pairs = /\([^()[\]{}]*\)|\[[^()[\]{}]*\]|\{[^()[\]{}]*\}/g;
  let left = code;
  while (pairs.test(left)) left = left.replaceAll(pairs, '');
  expect(left).not.toMatch(/[()[\]{}]/);
  expect(code).not.toMatch(/['"]|Invoke-Expression|iex/);
});
