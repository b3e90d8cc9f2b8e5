import { closeSync, constants, openSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm, { type IBufferCell, type IBufferLine } from '@xterm/headless';
import type { SignalName } from '../../../src/world.ts';
import { afterThisTest } from '../after-this-test.ts';
import { isProcessAlive } from './is-process-alive.ts';

export interface PtyOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. By default, TERM is `xterm-256color` and the locale is UTF-8. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly columns?: number;
  readonly rows?: number;
}

export interface PtyRun {
  /** The current screen as lines without trailing spaces. */
  screen(): string;
  /** The same, with lines that were wrapped at the edge joined. */
  lines(): readonly string[];
  /** The same as `screen`, with the color and weight of each text: `{green ready}`. */
  painted(): string;
  /** For each line of the screen that contains the character, its cell. */
  cellsOf(character: string): readonly number[];
  /** All output of the program, decoded. */
  raw(): string;
  write(keys: string): void;
  /**
   * Resolves when the screen shows a text or matches a pattern.
   * @throws Error with the screen on timeout
   */
  waitFor(expected: string | RegExp, timeoutMs?: number): Promise<void>;
  resize(columns: number, rows?: number): void;
  signal(name: SignalName | 'SIGKILL'): void;
  /** Resolves when the program has ended and all its output is on the screen. */
  readonly exited: Promise<{ readonly exitCode: number; readonly signal: number | undefined }>;
}

const POLL_MS = 20;
const DRAIN_MS = 10_000;
const LOOK_EVERY_MS = 5;
/** After the program has ended, output that comes later than this is not expected. */
const QUIET_MS = 30;
/** On Ctrl-C, the kernel would otherwise discard pending output. */
const KEEPING_OUTPUT = 'stty noflsh && exec "$@"';

/**
 * Runs a program in a pseudo-terminal, with the screen of a real terminal emulator. Kills it when the
 * current test ends.
 */
export function runInPty(options: PtyOptions): PtyRun {
  const { command, args, columns = 80, rows = 24 } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const child = spawn('sh', ['-c', KEEPING_OUTPUT, 'sh', command, ...args], {
    cols: columns,
    rows,
    cwd: options.cwd ?? process.cwd(),
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', TERM: 'xterm-256color', ...options.env },
  });
  keepReading(child);
  let raw = '';
  let hasExited = false;
  child.onData((data) => {
    raw += data;
    terminal.write(data);
  });
  const exited = new Promise<{ exitCode: number; signal: number | undefined }>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      hasExited = true;
      terminal.write('', () => resolve({ exitCode, signal }));
    });
  });
  afterThisTest(async () => {
    if (!hasExited) child.kill('SIGKILL');
    await exited;
    terminal.dispose();
  });

  const bufferLines = () => {
    const { active } = terminal.buffer;
    return Array.from({ length: active.length }, (_, index) => active.getLine(index));
  };
  const screen = () => {
    return bufferLines()
      .map((line) => line?.translateToString(true) ?? '')
      .join('\n')
      .trimEnd();
  };
  const lines = () => {
    const joined: string[] = [];
    for (const line of bufferLines()) {
      const text = line?.translateToString() ?? '';
      joined.push(line?.isWrapped === true ? (joined.pop() ?? '') + text : text);
    }
    const trimmed = joined.map((line) => line.trimEnd());
    return trimmed.slice(0, trimmed.findLastIndex((line) => line !== '') + 1);
  };
  const painted = () =>
    bufferLines()
      .map((line) => (line === undefined ? '' : paintedLine(line)))
      .join('\n')
      .trimEnd();
  const cellsOf = (character: string) => {
    return bufferLines()
      .map((line) => {
        const cells = Array.from({ length: line?.length ?? 0 }, (_, x) => line?.getCell(x)?.getChars());
        return cells.indexOf(character);
      })
      .filter((cell) => cell >= 0);
  };

  return {
    screen,
    lines,
    painted,
    cellsOf,
    raw: () => raw,
    write: (keys) => child.write(keys),
    async waitFor(expected, timeoutMs = 10_000) {
      const deadline = performance.now() + timeoutMs;
      const isThere = () =>
        typeof expected === 'string' ? screen().includes(expected) : expected.test(screen());
      while (!isThere()) {
        if (performance.now() > deadline || (hasExited && (await exited) && !isThere())) {
          throw new Error(`the screen never showed ${String(expected)}:\n${screen()}`);
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    resize(newColumns, newRows = rows) {
      child.resize(newColumns, newRows);
      terminal.resize(newColumns, newRows);
    },
    signal: (name) => child.kill(name),
    exited,
  };
}

/**
 * Keeps the terminal open after the program has ended, until all output is read. The library closes it 200 ms after
 * the exit. libuv already reports the end when it reads a part of the output that fills the kernel's buffer. On a busy
 * machine, both would cut off the end of a long output.
 */
function keepReading(child: IPty): void {
  const { _pty: path, _socket: socket } = child as unknown as Internals;
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  let readMs = performance.now();
  child.onData(() => {
    readMs = performance.now();
  });
  const timer = setInterval(() => {
    if (isProcessAlive(child.pid) || performance.now() - readMs < QUIET_MS) return;
    clearInterval(timer);
    closeSync(descriptor);
  }, LOOK_EVERY_MS);
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    if (error !== undefined || socket.readableEnded) return destroy(error);
    setTimeout(destroy, DRAIN_MS).unref();
    return socket;
  };
}

/** Fields of the library. */
interface Internals {
  /** Path of the program's side of the terminal. */
  readonly _pty: string;
  readonly _socket: ReadStream;
}

const COLORS: Readonly<Record<number, string>> = { 1: 'red', 2: 'green', 3: 'yellow', 6: 'cyan' };

/** A line with the color and weight of each run of cells. */
function paintedLine(line: IBufferLine): string {
  let text = '';
  let paint = '';
  for (let x = 0; x < line.length; x += 1) {
    const cell = line.getCell(x);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const next = paintOf(cell);
    if (next !== paint) text += `${paint === '' ? '' : '}'}${next === '' ? '' : `{${next} `}`;
    paint = next;
    text += cell.getChars() || ' ';
  }
  return `${text.trimEnd()}${paint === '' ? '' : '}'}`;
}

function paintOf(cell: IBufferCell): string {
  const color = cell.isFgDefault() ? [] : [COLORS[cell.getFgColor()] ?? `color ${cell.getFgColor()}`];
  const weight = [...(cell.isBold() ? ['bold'] : []), ...(cell.isDim() ? ['dim'] : [])];
  const other = cell.isBgDefault() && !cell.isInverse() ? [] : ['background'];
  return [...weight, ...color, ...other].join(' ');
}
