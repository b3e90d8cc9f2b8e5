import { describe, expect, test } from 'vitest';
import { listOperations, OPENAPI, validateAnswer } from '../support/api/openapi.ts';

interface JsonExample {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly value: unknown;
}

function listExamples(): JsonExample[] {
  return listOperations().flatMap(({ method, template, operation }) =>
    Object.entries(operation.responses).flatMap(([name, response]) => {
      const shared = OPENAPI.components.responses[response.$ref?.split('/').at(-1) ?? ''] ?? response;
      const json = shared.content?.['application/json'];
      if (json === undefined) return [];
      const values =
        json.examples === undefined ? [json.example] : Object.values(json.examples).map(({ value }) => value);
      const path = template.replaceAll(/\{\w+\}/g, 'some-id');
      return values.map((value) => ({
        method,
        path,
        status: name === 'default' ? 599 : Number(name),
        value,
      }));
    }),
  );
}

describe('docs/openapi.yaml', () => {
  test.each(
    listExamples().map((example) => [example.method, example.path, example.status, example] as const),
  )('has a valid example for %s %s %i', (_method, _path, _status, { method, path, status, value }) => {
    expect(value).toBeDefined();
    validateAnswer(method, path, status, value);
  });

  test('states the source of every operation and schema object', () => {
    const sources = ['documented', 'inferred', 'unknown'];
    for (const { operation } of listOperations()) expect(sources).toContain(operation['x-source']);
    const objects = Object.entries(OPENAPI.components.schemas).filter(([name]) => !name.endsWith('Answer'));
    for (const [name, schema] of objects) expect(sources, name).toContain(schema['x-source']);
  });
});

describe('validateAnswer', () => {
  test.each([
    ['an unknown path', 'GET', '/nothing', 200, {}],
    ['an unknown method', 'DELETE', '/media', 200, {}],
    ['a missing ID', 'GET', '/v2/downloads/x', 200, { data: { status: 'ready' } }],
    [
      'a size that is a string',
      'GET',
      '/downloads/x',
      200,
      { data: { id: 'x', status: 'ready', files: [{ url: 'http://a', size: '1', mimeType: 'a/b' }] } },
    ],
    ['an invalid time', 'GET', '/downloads/x', 200, { data: { id: 'x', status: 'ready', expires: 'soon' } }],
    ['a list that is an object', 'GET', '/media?page=1', 200, { data: { items: [] } }],
    ['a failure with the status success', 'GET', '/media', 503, { status: 'success' }],
    ['a 404 with the status error', 'GET', '/media/x', 404, { status: 'error', message: 'no' }],
  ])('rejects %s', (_what, method, path, status, body) => {
    expect(() => validateAnswer(method, path, status, body)).toThrow(/docs\/openapi\.yaml/);
  });

  test('accepts unknown fields', () => {
    const body = { status: 'success', more: 1, data: { id: 'x', status: 'ready', more: 2 } };
    expect(() => validateAnswer('GET', '/v2/downloads/x', 200, body)).not.toThrow();
  });
});
