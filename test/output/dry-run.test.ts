import { expect, test } from 'vitest';
import { dryRunDocument } from '../../src/output/dry-run.ts';

test('the dry-run document holds the request, and all of them when there are several', () => {
  const request = { method: 'GET', url: 'u', body: null };
  expect(dryRunDocument([request])).toEqual({ dryRun: true, request });
  expect(dryRunDocument([request, request])).toEqual({ dryRun: true, request, requests: [request, request] });
});

test('without a request there is none', () => {
  expect(dryRunDocument([])).toEqual({ dryRun: true, request: null });
});
