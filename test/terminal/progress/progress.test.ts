import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { ProgressEvent } from '../../../src/terminal/progress/progress-event.ts';
import { makeTerminal } from '../make-terminal.ts';

const MIB = 1024 * 1024;
const transfer = (share: number): ProgressEvent => ({
  event: 'progress',
  id: 'dl-1',
  label: 'Lecture',
  bytes: share * 100 * MIB,
  totalBytes: 100 * MIB,
  bytesPerSecond: MIB,
  etaSeconds: Math.round((1 - share) * 100),
});

describe('plain progress in a log', () => {
  test('reports a wait after 30 s and then every 60 s, however often it is polled', () => {
    const { terminal, stderr, clock } = makeTerminal();
    terminal.progress({ event: 'state', id: 'dl-1', status: 'preparing' });
    for (let second = 0; second < 160; second += 5) {
      terminal.progress({ event: 'wait', id: 'dl-1', status: 'preparing' });
      clock.advance(5000);
    }
    expect(stderr.text()).toBe(
      'dl-1: preparing\ndl-1: still preparing (30s)\ndl-1: still preparing (1m 30s)\ndl-1: still preparing (2m 30s)\n',
    );
  });

  test('prints one line for each new state', () => {
    const { terminal, stderr } = makeTerminal();
    for (const status of ['preparing', 'preparing', 'packing', 'ready', 'ready']) {
      terminal.progress({ event: 'state', id: 'dl-1', label: 'Lecture', status });
    }
    expect(stderr.text()).toBe('Lecture: preparing\nLecture: packing\nLecture: ready\n');
  });

  test('prints a line for a fast transfer every 30 s', () => {
    const { terminal, stderr, clock } = makeTerminal();
    for (let percent = 0; percent <= 100; percent += 1) {
      terminal.progress(transfer(percent / 100));
      clock.advance(1000);
    }
    expect(stderr.text().trimEnd().split('\n')).toEqual([
      'Lecture: 30 % (30/100 MiB, 1 MiB/s, 1:10 left)',
      'Lecture: 60 % (60/100 MiB, 1 MiB/s, 0:40 left)',
      'Lecture: 90 % (90/100 MiB, 1 MiB/s, 0:10 left)',
    ]);
  });

  test('prints a line for a slow transfer every 10 %', () => {
    const { terminal, stderr, clock } = makeTerminal();
    for (let percent = 0; percent <= 25; percent += 1) {
      terminal.progress({ event: 'progress', id: 'dl-1', bytes: percent, totalBytes: 100 });
      clock.advance(20_000);
    }
    expect(stderr.text()).toBe('dl-1: 10 % (10 B/100 B)\ndl-1: 20 % (20 B/100 B)\n'.replaceAll(' B/', '/'));
  });

  test('prints a line for a transfer of unknown size every 30 s', () => {
    const { terminal, stderr, clock } = makeTerminal();
    for (let second = 0; second <= 60; second += 10) {
      terminal.progress({ event: 'progress', id: 'dl-1', bytes: second * MIB, bytesPerSecond: MIB });
      clock.advance(10_000);
    }
    expect(stderr.text()).toBe('dl-1: 30 MiB, 1 MiB/s\ndl-1: 60 MiB, 1 MiB/s\n');
  });

  test('reports a retry, a verification, and the end', () => {
    const { terminal, stderr, clock } = makeTerminal();
    terminal.progress(transfer(0.5));
    terminal.progress({
      event: 'retry',
      id: 'dl-1',
      label: 'Lecture',
      attempt: 2,
      message: 'connection reset',
    });
    terminal.progress({ event: 'verify', id: 'dl-1', label: 'Lecture', bytes: 0, totalBytes: 100 });
    clock.advance(30_000);
    terminal.progress({ event: 'verify', id: 'dl-1', label: 'Lecture', bytes: 45, totalBytes: 100 });
    terminal.progress({
      event: 'done',
      id: 'dl-1',
      label: 'Lecture',
      message: 'Lecture.zip, 100 MiB, verified',
    });
    terminal.endProgress();
    expect(stderr.text()).toBe(
      'Lecture: retry 2: connection reset\nLecture: verifying 45 % (45/100 B)\n✔ Lecture.zip, 100 MiB, verified\n',
    );
  });

  test('reports a package from the start again after it is done', () => {
    const { terminal, stderr } = makeTerminal();
    for (let round = 0; round < 2; round += 1) {
      terminal.progress({ event: 'state', id: 'dl-1', status: 'ready' });
      terminal.progress({ event: 'done', id: 'dl-1', message: 'there' });
    }
    expect(stderr.text()).toBe('dl-1: ready\n✔ there\n'.repeat(2));
  });

  test('tracks several packages separately', () => {
    const { terminal, stderr, clock } = makeTerminal();
    for (const id of ['dl-1', 'dl-2']) terminal.progress({ event: 'state', id, status: 'preparing' });
    clock.advance(30_000);
    for (const id of ['dl-1', 'dl-2']) terminal.progress({ event: 'wait', id, status: 'preparing' });
    expect(stderr.text().trimEnd().split('\n')).toEqual([
      'dl-1: preparing',
      'dl-2: preparing',
      'dl-1: still preparing (30s)',
      'dl-2: still preparing (30s)',
    ]);
  });

  test('writes nothing to stdout and no escape codes', () => {
    const { terminal, stdout, stderr, clock } = makeTerminal({
      env: { TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    });
    terminal.progress(transfer(0));
    clock.advance(60_000);
    terminal.progress(transfer(0.6));
    expect(stdout.text()).toBe('');
    expect(stderr.text()).toMatch(/^Lecture: 60 %/);
    expect(stderr.text()).not.toContain('\x1b');
  });
});

describe('plain progress of an archive unpacked after its download', () => {
  test('prints separate lines with the file count', () => {
    const { terminal, stderr, clock } = makeTerminal();
    const unpacking = (share: number, files: number) => ({ ...transfer(share), files, totalFiles: 40 });
    terminal.progress(transfer(0));
    terminal.progress(transfer(1));
    terminal.progress(unpacking(0, 0));
    clock.advance(31_000);
    terminal.progress(unpacking(0.6, 12));
    expect(stderr.text()).toBe('Lecture: unpacking 60 % (60/100 MiB, 12/40 files, 1 MiB/s, 0:40 left)\n');
  });
});

describe('--progress json', () => {
  test('prints one object per event with all keys in order and null if unknown', () => {
    const { terminal, stdout, stderr, clock } = makeTerminal({ progressMode: 'json', quiet: true });
    terminal.progress({ event: 'state', id: 'dl-1', label: 'never printed', status: 'preparing' });
    clock.advance(1500);
    terminal.progress({ ...transfer(0.5), attempt: 1, message: 'm' });
    expect(stderr.text()).toBe(
      '{"event":"state","id":"dl-1","time":"2026-01-15T12:00:00.000Z","status":"preparing","bytes":null,"totalBytes":null,' +
        '"bytesPerSecond":null,"etaSeconds":null,"attempt":null,"message":null}\n' +
        '{"event":"progress","id":"dl-1","time":"2026-01-15T12:00:01.500Z","status":null,"bytes":52428800,"totalBytes":104857600,' +
        '"bytesPerSecond":1048576,"etaSeconds":50,"attempt":1,"message":"m"}\n',
    );
    expect(stdout.text()).toBe('');
  });
});

test('--progress none prints nothing', () => {
  const { terminal, stderr, clock } = makeTerminal({ progressMode: 'none' });
  terminal.progress(transfer(0));
  clock.advance(60_000);
  terminal.progress(transfer(0.9));
  terminal.progress({ event: 'done', id: 'dl-1', message: 'there' });
  expect(stderr.text()).toBe('');
});

describe('a bar', () => {
  test('is not drawn for a transfer already done, but the final message is printed', async () => {
    const { terminal, stderr } = makeTerminal({ isTTY: true, colorMode: 'never' });
    terminal.progress(transfer(0.5));
    terminal.progress({ event: 'done', id: 'dl-1', message: 'there' });
    await terminal.flush();
    expect(stderr.text()).toBe('✔ there\n');
  });

  test('is not drawn if progress has already ended', async () => {
    const { terminal, stderr } = makeTerminal({ isTTY: true, colorMode: 'never' });
    terminal.progress(transfer(0.5));
    terminal.endProgress();
    await terminal.flush();
    expect(stderr.text()).toBe('');
  });

  test('is first drawn with the latest event after loading, and removed at the end', async () => {
    const { terminal, stderr } = makeTerminal({ isTTY: true, colorMode: 'never' });
    terminal.progress(transfer(0.1));
    terminal.progress(transfer(0.5));
    await terminal.flush();
    expect(stderr.text()).toMatch(/Lecture · █{7,}▌?░{7,} {2}50 % ·/);
    expect(stderr.text()).not.toContain('10 %');
    terminal.endProgress();
    expect(stderr.text()).toMatch(/\x1b\[\?25h$/);
  });

  test('erases the rows of its wrapped line after a resize to a narrower width', async () => {
    const { terminal, stderr } = makeTerminal({ isTTY: true, colorMode: 'never', columns: 100 });
    terminal.progress(transfer(0.5));
    await terminal.flush();
    const drawn = stderr.text();
    const width = stringWidth(drawn.split('\n').at(-1) ?? '');
    Object.assign(stderr.stream, { columns: 20 });
    stderr.stream.emit('resize');
    const erased = stderr.text().slice(drawn.length);
    expect(erased.split('\x1b[1A')).toHaveLength(Math.ceil(width / 20));
    terminal.endProgress();
    expect(stderr.stream.listenerCount('resize')).toBe(0);
  });

  test('shows a retried request only until the next event', async () => {
    const { terminal, stderr } = makeTerminal({ isTTY: true, colorMode: 'never' });
    terminal.progress({ event: 'wait', id: 'dl-1', status: 'preparing' });
    terminal.progress({ event: 'retry', id: null, attempt: 1, message: 'connection reset' });
    await expect.poll(() => stderr.text()).toContain('retry 1: connection reset');
    terminal.progress({ event: 'wait', id: 'dl-1', status: 'preparing' });
    terminal.progress({ event: 'wait', id: 'dl-2', status: 'preparing' });
    await expect.poll(() => stderr.text()).toContain('dl-1 · preparing · 0s\n  dl-2 · preparing · 0s');
    terminal.endProgress();
    expect(stderr.text()).not.toMatch(/dl-2[^\n]*\n[^\n]*retry/);
  });

  test('shows a verification next to the remaining download, then alone', async () => {
    const { terminal, stderr } = makeTerminal({ isTTY: true, colorMode: 'never', columns: 120 });
    terminal.progress(transfer(0.5));
    terminal.progress({
      event: 'verify',
      id: 'dl-1',
      label: 'Lecture',
      bytes: 20 * MIB,
      totalBytes: 100 * MIB,
    });
    await terminal.flush();
    terminal.progress(transfer(0.6));
    terminal.progress({
      event: 'verify',
      id: 'dl-1',
      label: 'Lecture',
      bytes: 30 * MIB,
      totalBytes: 100 * MIB,
    });
    await expect.poll(() => stderr.text()).toMatch(/60 % · .*verified 30 %/);
    terminal.progress(transfer(1));
    terminal.progress({
      event: 'verify',
      id: 'dl-1',
      label: 'Lecture',
      bytes: 40 * MIB,
      totalBytes: 100 * MIB,
    });
    await expect.poll(() => stderr.text()).toMatch(/40 % · .*verifying/);
    terminal.endProgress();
  });

  test('case 117: is drawn at most ten times a second', async () => {
    const { terminal, stderr } = makeTerminal({ isTTY: true, colorMode: 'never' });
    terminal.progress(transfer(0));
    await terminal.flush();
    const startMs = performance.now();
    while (performance.now() - startMs < 500) {
      terminal.progress(transfer((performance.now() - startMs) / 1000));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const pictures = stderr.text().split('Lecture').length - 1;
    expect(pictures).toBeLessThanOrEqual((performance.now() - startMs) / 100 + 1);
    terminal.endProgress();
  });

  test('is removed when the last package is done, even after a retry', async () => {
    const { terminal, stderr } = makeTerminal({ isTTY: true, colorMode: 'never' });
    terminal.progress({ event: 'retry', id: null, attempt: 1, message: 'connection reset' });
    await terminal.flush();
    terminal.progress(transfer(0.5));
    terminal.progress({ event: 'done', id: 'dl-1', message: 'there' });
    expect(stderr.text()).toMatch(/\x1b\[\?25h✔ there\n$/);
  });
});
