import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import { failingStream } from '../support/process/streams.ts';
import { makeTerminal } from './make-terminal.ts';

const disk = (message: string) => expect.objectContaining<Partial<ExpectedError>>({ code: 'DISK', message });

describe('case 116', () => {
  test('a reader that left (| head) is no error: results are dropped silently', async () => {
    const { terminal, stderr } = makeTerminal({ stdout: failingStream('EPIPE') });
    terminal.line('a');
    terminal.json({});
    terminal.line('b');
    await terminal.flush();
    terminal.line('c');
    await terminal.flush();
    expect(stderr.text()).toBe('');
  });

  test('bytes for a reader that left are refused, so that the transfer stops', async () => {
    const { terminal } = makeTerminal({ stdout: failingStream('EPIPE') });
    await expect(terminal.bytes(Buffer.from('a'))).rejects.toThrow(
      disk('the reader of standard output closed the pipe'),
    );
  });

  test('a full disk behind standard output fails the flush and names the reason', async () => {
    const { terminal } = makeTerminal({ stdout: failingStream('ENOSPC') });
    terminal.line('a');
    await expect(terminal.flush()).rejects.toThrow(
      disk('cannot write to standard output: no space left on the disk'),
    );
    await expect(terminal.bytes(Buffer.from('a'))).rejects.toThrow(
      disk('cannot write to standard output: no space left on the disk'),
    );
  });

  test('EIO means a terminal that is gone, and a broken disk elsewhere', async () => {
    const gone = makeTerminal({ stdout: failingStream('EIO', { isTTY: true }) }).terminal;
    gone.line('a');
    await gone.flush();
    const broken = makeTerminal({ stdout: failingStream('EIO') }).terminal;
    broken.line('a');
    await expect(broken.flush()).rejects.toThrow(disk('cannot write to standard output: input/output error'));
  });

  test.each(['EPIPE', 'ENOSPC', 'EIO'])('standard error that fails with %s is ignored', async (code) => {
    const { terminal, stdout } = makeTerminal({ stderr: failingStream(code) });
    terminal.info('a');
    terminal.error('b');
    terminal.line('result');
    await terminal.flush();
    expect(stdout.text()).toBe('result\n');
  });
});
