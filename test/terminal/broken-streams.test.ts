import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import { failingStream } from '../support/process/streams.ts';
import { makeTerminal } from './make-terminal.ts';

const disk = (message: string) => expect.objectContaining<Partial<ExpectedError>>({ code: 'DISK', message });

describe('case 116: broken streams', () => {
  test('drops results silently when the reader is gone (| head)', async () => {
    const { terminal, stderr } = makeTerminal({ stdout: failingStream('EPIPE') });
    terminal.line('a');
    terminal.json({});
    terminal.line('b');
    await terminal.flush();
    terminal.line('c');
    await terminal.flush();
    expect(stderr.text()).toBe('');
  });

  test('rejects bytes when the reader is gone, so that the transfer stops', async () => {
    const { terminal } = makeTerminal({ stdout: failingStream('EPIPE') });
    await expect(terminal.bytes(Buffer.from('a'))).rejects.toThrow(
      disk('the reader of standard output closed the pipe'),
    );
  });

  test('fails the flush with the reason when the disk behind stdout is full', async () => {
    const { terminal } = makeTerminal({ stdout: failingStream('ENOSPC') });
    terminal.line('a');
    await expect(terminal.flush()).rejects.toThrow(
      disk('cannot write to standard output: no space left on the disk'),
    );
    await expect(terminal.bytes(Buffer.from('a'))).rejects.toThrow(
      disk('cannot write to standard output: no space left on the disk'),
    );
  });

  test('treats EIO as a closed terminal on a TTY and as a disk error otherwise', async () => {
    const gone = makeTerminal({ stdout: failingStream('EIO', { isTTY: true }) }).terminal;
    gone.line('a');
    await gone.flush();
    const broken = makeTerminal({ stdout: failingStream('EIO') }).terminal;
    broken.line('a');
    await expect(broken.flush()).rejects.toThrow(disk('cannot write to standard output: input/output error'));
  });

  test.each(['EPIPE', 'ENOSPC', 'EIO'])('ignores a stderr that fails with %s', async (code) => {
    const { terminal, stdout } = makeTerminal({ stderr: failingStream(code) });
    terminal.info('a');
    terminal.error('b');
    terminal.line('result');
    await terminal.flush();
    expect(stdout.text()).toBe('result\n');
  });
});
