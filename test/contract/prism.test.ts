import { request as requestWithKeepAlive } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listOperations, validateAnswer } from '../support/api/openapi.ts';
import { type Prism, startPrism } from './prism.ts';

let prism: Prism;
beforeAll(async () => {
  prism = await startPrism();
});
afterAll(() => prism.close());

/** A connection that is kept alive would have to close before the next test. */
const request: typeof requestWithKeepAlive = (url, options) =>
  requestWithKeepAlive(url, { ...options, reset: true });

const QUERIES: Readonly<Record<string, string>> = {
  search: '?type=mediaasset&text=welcome',
  downloadTranscript: '?transcriptDownloadType=json',
  listMedia: '?page=0&perpage=50&sort=name:desc&filter=tags%3Da%2Btags%3Db',
  listDownloads: '?page=0&perPage=50',
};

const BODIES: Readonly<Record<string, { contentType: string; body: string }>> = {
  createDownload: {
    contentType: 'application/json',
    body: JSON.stringify({ title: 'Mine', selectedRenditionIds: ['one'], expires: '2035-12-31T23:59:59Z' }),
  },
  issueToken: {
    contentType: 'application/x-www-form-urlencoded',
    body: 'grant_type=client_credentials&client_id=me&client_secret=mine',
  },
};

describe('a mock server made from docs/openapi.yaml', () => {
  test.each(listOperations().map((item) => [item.operation.operationId, item] as const))(
    'responds to %s with the documented success',
    async (operationId, { method, template, operation }) => {
      const path = template.replaceAll(/\{\w+\}/g, 'some-id') + (QUERIES[operationId] ?? '');
      const sent = BODIES[operationId];
      const accept = operationId === 'downloadFile' ? '*/*' : 'application/json';
      const answer = await request(`${prism.apiUrl}${path}`, {
        method,
        headers: {
          authorization: 'Bearer sandbox-token',
          accept,
          ...(sent === undefined ? {} : { 'content-type': sent.contentType }),
        },
        ...(sent === undefined ? {} : { body: sent.body }),
      });
      const text = await answer.body.text();
      expect(`${answer.statusCode} ${text}`).toMatch(
        new RegExp(`^${Object.keys(operation.responses).toSorted()[0]} `),
      );
      if (accept === '*/*') return;
      validateAnswer(method, path, answer.statusCode, JSON.parse(text));
    },
  );

  test('rejects an invalid body', async () => {
    const answer = await request(`${prism.apiUrl}/downloads`, {
      method: 'POST',
      headers: { authorization: 'Bearer sandbox-token', 'content-type': 'application/json' },
      body: JSON.stringify({ selectedTranscripts: [{ id: 'one', format: 'docx' }] }),
    });
    const text = await answer.body.text();
    expect(`${answer.statusCode} ${text}`).toMatch(/^400 /);
  });

  test('rejects a page size that is too large', async () => {
    const answer = await request(`${prism.apiUrl}/media?perpage=51`, {
      headers: { authorization: 'Bearer sandbox-token' },
    });
    await answer.body.dump();
    expect(answer.statusCode).toBe(400);
  });
});
