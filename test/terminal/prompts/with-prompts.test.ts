import { expect, test } from 'vitest';
import { withPrompts } from '../../../src/terminal/prompts/with-prompts.ts';
import { chooseGlyphs } from '../../../src/terminal/text/glyphs.ts';
import { createStyle } from '../../../src/terminal/text/style.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { captureStream, openInput } from '../../support/process/streams.ts';

const later = () => new Promise((resolve) => setImmediate(resolve));

function optionsOf(isPlain: boolean) {
  const stderr = captureStream({ isTTY: true });
  const options = {
    stdin: openInput({ isTTY: true }),
    stderr: stderr.stream,
    signal: new AbortController().signal,
    clock: createFastClock(),
    style: createStyle(false),
    glyphs: chooseGlyphs({}, 'linux'),
    columns: () => 80,
    onRetry: () => () => undefined,
    isPlain,
  };
  return { options, stderr };
}

test('uses the alternate screen until the work resolves or rejects', async () => {
  const done = optionsOf(false);
  const work = async () => {
    await later();
    done.options.stderr.write('WORK');
    return 'answer';
  };
  expect(await withPrompts(done.options, work)).toBe('answer');
  expect(done.stderr.text()).toBe('\x1b[?1049hWORK\x1b[?1049l');
  const failed = optionsOf(false);
  const failing = async () => {
    await later();
    failed.options.stderr.write('WORK');
    throw new Error('failed');
  };
  await expect(withPrompts(failed.options, failing)).rejects.toThrow('failed');
  expect(failed.stderr.text()).toBe('\x1b[?1049hWORK\x1b[?1049l');
});

test('plain prompts stay on the main screen and print what takes a while', async () => {
  const { options, stderr } = optionsOf(true);
  const answer = withPrompts(options, (prompts) =>
    prompts.during('Looking\x1b', () => Promise.resolve('found')),
  );
  expect(await answer).toBe('found');
  expect(stderr.text()).toBe('Looking\\x1b\n');
});
