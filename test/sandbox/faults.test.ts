import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import { createActiveFaults } from '../../src/sandbox/faults/active-faults.ts';
import { FAULT_NAMES, parseFault } from '../../src/sandbox/faults/faults.ts';

describe('parseFault', () => {
  test.each([
    ['never-ready', { name: 'never-ready', amount: 0, times: Infinity, text: '' }],
    ['api-503=2', { name: 'api-503', amount: 2, times: 2, text: '2' }],
    ['api-html', { name: 'api-html', amount: 0, times: Infinity, text: '' }],
    ['api-html=3', { name: 'api-html', amount: 3, times: 3, text: '3' }],
    ['cut=64K', { name: 'cut', amount: 65_536, times: 1, text: '64K' }],
    ['cut=0', { name: 'cut', amount: 0, times: 1, text: '0' }],
    ['cut=10,all', { name: 'cut', amount: 10, times: Infinity, text: '10,all' }],
    ['cut=1m,3', { name: 'cut', amount: 1_048_576, times: 3, text: '1m,3' }],
    ['slow=2G', { name: 'slow', amount: 2_147_483_648, times: Infinity, text: '2G' }],
    ['wrong-size', { name: 'wrong-size', amount: 1, times: Infinity, text: '' }],
    ['wrong-size=-5', { name: 'wrong-size', amount: -5, times: Infinity, text: '-5' }],
    ['api-slow=250', { name: 'api-slow', amount: 250, times: Infinity, text: '250' }],
    ['api-slow=2s', { name: 'api-slow', amount: 2000, times: Infinity, text: '2s' }],
    ['job-fails=a=b', { name: 'job-fails', amount: 0, times: Infinity, text: 'a=b' }],
    ['api-status=403', { name: 'api-status', amount: 403, times: Infinity, text: '403' }],
    ['api-status=500,2', { name: 'api-status', amount: 500, times: 2, text: '500,2' }],
    ['create-reset', { name: 'create-reset', amount: 0, times: 1, text: '' }],
  ])('reads %s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  test.each([
    'never-ready=1',
    'api-503',
    'api-503=',
    'api-503=-1',
    'cut',
    'cut=',
    'cut=1,',
    'cut=1,two',
    'cut=1T',
    'wrong-size=1.5',
    'api-slow=2h',
    'file-status=600',
    'api-status=99',
  ])('rejects %s and prints its usage', (text) => {
    const name = text.split('=')[0] ?? '';
    expect(() => parseFault(text)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        details: expect.objectContaining({ hint: expect.stringContaining(`use ${name}`) }),
      }),
    );
  });

  test.each(['', 'nothing', 'toString', '__proto__', 'CUT=1'])(
    'rejects the unknown name %j with the list of names',
    (text) => {
      let error: unknown;
      try {
        parseFault(text);
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(ExpectedError);
      for (const name of [...FAULT_NAMES.map((fault) => fault.name), '--dialect'])
        expect(error).toHaveProperty('details.hint', expect.stringContaining(name));
    },
  );

  test('lists every fault with its usage and a one-line description', () => {
    for (const { name, usage, description } of FAULT_NAMES) {
      expect(usage).toMatch(new RegExp(`^${name}(?:\\[=[A-Z]+\\]|=[A-Z]+(?:\\[,TIMES\\])?)?$`));
      expect(description).toMatch(/^.{10,80}$/);
    }
  });
});

describe('active faults', () => {
  test('occur the given number of times for each key', () => {
    const faults = createActiveFaults([parseFault('cut=7,2')]);
    expect(['a', 'a', 'a', 'b'].map((key) => faults.take('cut', key)?.amount)).toEqual([7, 7, undefined, 7]);
    expect(faults.find('cut')?.amount).toBe(7);
    expect(faults.take('stall')).toBeUndefined();
  });

  test('start after the given number of times', () => {
    const faults = createActiveFaults([parseFault('unauthorized-after=1')]);
    expect([1, 2, 3].map(() => faults.takeAfter('unauthorized-after', 'token') !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });
});

test('docs/sandbox.md describes exactly these faults with their usage', () => {
  const text = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
  const chapter = /^## Faults$(.*?)^## /ms.exec(text)?.[1] ?? '';
  const described = [...chapter.matchAll(/^\| `([^`]+)` \|/gm)].map(([, usage = '']) => usage);
  expect(described.toSorted()).toEqual(FAULT_NAMES.map(({ usage }) => usage).toSorted());
});

test('case 139: every fault has a test', () => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const tests = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts') && name !== 'faults.test.ts')
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const untried = FAULT_NAMES.filter(({ name }) => !new RegExp(`['"]${name}[='"]`).test(tests));
  expect(untried).toEqual([]);
});
