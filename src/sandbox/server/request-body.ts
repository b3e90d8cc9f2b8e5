import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** A body that is too large is read up to this limit: a client that is still sending would not see the response. */
const DISCARD_LIMIT_BYTES = 8 * 1024 * 1024;

/**
 * The entire body as text.
 * @throws Refusal 415 for another type than `mimeType`, 413 above 1 MiB
 */
export async function readBody(request: IncomingMessage, mimeType: string): Promise<string> {
  const given = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
    if (sizeBytes > DISCARD_LIMIT_BYTES) break;
  }
  if (sizeBytes > BODY_LIMIT_BYTES) throw new Refusal(413, 'the body is larger than 1 MiB');
  if (given !== mimeType) throw new Refusal(415, `the body must be ${mimeType}`);
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws Refusal 400 for invalid JSON */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readBody(request, 'application/json');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal(400, 'the body is not JSON');
  }
}
