import { expect, test } from 'vitest';
import { dryRunDocument } from '../../src/output/dry-run.ts';

test('the dry-run document contains the request, or all of several requests', () => {
  const request = { method: 'GET', url: 'u', body: null };
  expect(dryRunDocument([request])).toEqual({ dryRun: true, request });
  expect(dryRunDocument([request, request])).toEqual({ dryRun: true, request, requests: [request, request] });
});

test('the dry-run document has null without a request', () => {
  expect(dryRunDocument([])).toEqual({ dryRun: true, request: null });
});
