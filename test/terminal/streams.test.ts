import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { columnsOf, keepWidthUsable } from '../../src/terminal/columns.ts';
import { outputError } from '../../src/terminal/output-error.ts';
import { createSink, isReaderGone } from '../../src/terminal/sink.ts';
import type { OutputStream } from '../../src/world.ts';
import { captureStream, failingStream } from '../support/process/streams.ts';

/** A stream with this width, or without one if undefined. */
function streamOf(columns: number | undefined, isTTY = false): OutputStream {
  const { stream } = captureStream();
  return Object.assign(stream, { isTTY, ...(columns === undefined ? {} : { columns }) });
}

const coded = (code: string) => Object.assign(new Error(code), { code });

test.each<[string | undefined, number | undefined, number]>([
  ['100', 60, 100],
  ['0', 60, 60],
  ['-5', 60, 60],
  ['1.5', 60, 60],
  ['wide', 60, 60],
  ['', 60, 60],
  [undefined, 60, 60],
  [undefined, 0, 80],
  [undefined, undefined, 80],
  ['1', 60, 1],
])('COLUMNS=%s and a width of %j give %i columns', (asked, columns, wanted) => {
  expect(columnsOf(streamOf(columns), { COLUMNS: asked })).toBe(wanted);
});

describe('the width of a terminal', () => {
  test.each([undefined, 0])('replaces %j with 80 until it is known', (columns) => {
    const stream = streamOf(columns, true);
    keepWidthUsable(stream);
    keepWidthUsable(stream);
    expect([stream.columns, Object.keys(stream).includes('columns')]).toEqual([80, true]);
    Object.assign(stream, { columns: 50 });
    expect(stream.columns).toBe(50);
    Object.assign(stream, { columns: 0 });
    expect(stream.columns).toBe(80);
    Object.assign(stream, { columns: 1 });
    expect(stream.columns).toBe(1);
  });

  test('stays undefined for a pipe', () => {
    const stream = streamOf(undefined);
    keepWidthUsable(stream);
    expect(stream.columns).toBeUndefined();
  });
});

describe('a sink', () => {
  test('waits until the stream has written a chunk', async () => {
    let take = (): void => undefined;
    const stream = new Writable({ write: (_chunk, _encoding, callback) => void (take = () => callback()) });
    const sink = createSink(stream);
    let isTaken = false;
    const writing = sink.write('x').then(() => {
      isTaken = true;
    });
    await new Promise(setImmediate);
    expect(isTaken).toBe(false);
    take();
    await Promise.all([writing, sink.settled()]);
    expect([isTaken, sink.failure]).toEqual([true, undefined]);
  });

  test('keeps the first failure', async () => {
    const sink = createSink(failingStream('ENOSPC'));
    await sink.write('x');
    await sink.write('y');
    await sink.settled();
    expect(sink.failure).toMatchObject({ code: 'ENOSPC' });
    const stream = captureStream().stream;
    const other = createSink(stream);
    stream.emit('error', coded('EPIPE'));
    stream.emit('error', coded('EIO'));
    expect(other.failure).toMatchObject({ code: 'EPIPE' });
  });
});

test.each<[string, boolean, boolean]>([
  ['EPIPE', false, true],
  ['EOF', false, true],
  ['ECONNRESET', false, true],
  ['ERR_STREAM_DESTROYED', false, true],
  ['EIO', true, true],
  ['EIO', false, false],
  ['ENOSPC', true, false],
])('%s (on a terminal: %j) means that the reader is gone: %j', (code, isTTY, isGone) => {
  const { stream } = captureStream({ isTTY });
  const error = coded(code);
  expect(isReaderGone(error, stream)).toBe(isGone);
  expect(outputError(error, stream)).toMatchObject({ code: 'DISK', details: { cause: error } });
  expect(isReaderGone(new Error('x'), stream)).toBe(false);
});

test('an error of stdout has a hint', () => {
  const { stream } = captureStream();
  expect(outputError(coded('EPIPE'), stream)).toMatchObject({
    message: 'the reader of standard output closed the pipe',
    details: { hint: 'use a reader that reads to the end' },
  });
  expect(outputError(coded('ENOSPC'), stream)).toMatchObject({
    message: 'cannot write to standard output: no space left on the disk',
    details: { hint: 'free up space, then rerun the command' },
  });
  expect(outputError(coded('EBADF'), stream)).toMatchObject({
    message: 'cannot write to standard output: it is not open for that',
    details: { hint: 'check where standard output is redirected' },
  });
});
