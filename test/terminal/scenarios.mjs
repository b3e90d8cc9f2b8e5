// The tests run this as a child process: node scenarios.mjs BUILD_FOLDER SCENARIO [PROGRESS_MODE]
import { pathToFileURL } from 'node:url';

const [folder, scenario, progressMode = 'auto'] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${folder}/${path}`).href);
const { createTerminal } = await load('terminal/create-terminal.js');
const { createClock } = await load('clock.js');
const clock = createClock();

const terminal = createTerminal({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  platform: process.platform,
  clock,
  format: 'table',
  fields: undefined,
  quiet: false,
  verbosity: 0,
  progressMode,
  colorMode: 'auto',
  noInput: false,
});

const TITLES = ['plain', '日本語', 'e\u0301a', '한국어', 'a\x1b[31m'];

/** Resolves when standard error has shown a text. The first frame can be late on a busy machine. */
function shown(text) {
  const { stderr } = process;
  const write = stderr.write.bind(stderr);
  return new Promise((resolve) => {
    stderr.write = (chunk, ...rest) => {
      if (String(chunk).includes(text)) resolve();
      return write(chunk, ...rest);
    };
  });
}

const scenarios = {
  /** Waits with a drawn line until SIGINT, then restores the terminal. */
  async wait() {
    const stop = new AbortController();
    process.on('SIGINT', () => stop.abort(new Error('stopped')));
    terminal.progress({ event: 'wait', id: 'dl-1', status: 'preparing' });
    await clock.sleep(60_000, stop.signal).catch(() => {});
    terminal.endProgress();
    terminal.info('stopped');
    process.exitCode = 130;
  },
  /** Like `wait`, but without a handler, so the signal ends the process. */
  async die() {
    terminal.progress({ event: 'wait', id: 'dl-1', status: 'preparing' });
    await clock.sleep(60_000);
  },
  /** Prints on both streams while the line is drawn, then stays until SIGINT. */
  async print() {
    terminal.progress({ event: 'wait', id: 'dl-1', status: 'preparing' });
    await clock.sleep(500);
    terminal.warn('first');
    terminal.line('/tmp/result.zip');
    terminal.info('second');
    await clock.sleep(60_000);
  },
  /** A transfer from start to end. */
  async transfer() {
    for (let percent = 0; percent <= 100; percent += 10) {
      terminal.progress({ event: 'progress', id: 'dl-1', label: 'Lecture', bytes: percent, totalBytes: 100 });
      await clock.sleep(30);
    }
    terminal.progress({ event: 'done', id: 'dl-1', message: 'Lecture.zip is complete' });
    terminal.endProgress();
  },
  /** Draws several files, one line each, until SIGINT; more than fit a small window. */
  async files() {
    const stop = new AbortController();
    process.on('SIGINT', () => stop.abort(new Error('stopped')));
    const tell = (index, bytes) => {
      const label = `lecture-${index}-on-wave-mechanics.zip`;
      terminal.progress({
        event: 'progress',
        id: `dl-${index}`,
        label,
        bytes,
        totalBytes: 100,
        connections: 4,
      });
    };
    const drawn = shown(' 60 %');
    for (let index = 1; index <= 6; index += 1) tell(index, index * 10);
    // A small window hides this file.
    await Promise.race([drawn, clock.sleep(3_000)]);
    terminal.progress({ event: 'done', id: 'dl-6', message: 'lecture-6 is complete' });
    terminal.line('/tmp/lecture-6.zip');
    await clock.sleep(60_000, stop.signal).catch(() => {});
    terminal.endProgress();
    terminal.info('stopped');
    process.exitCode = 130;
  },
  async table() {
    terminal.listing({
      items: TITLES,
      columns: [
        { key: 'title', heading: 'TITLE', text: (title) => title, shrinks: true },
        { key: 'end', heading: 'END', text: () => '|' },
      ],
      document: {},
      itemDocument: (title) => ({ title }),
      emptyText: '',
    });
  },
  async confirm() {
    try {
      const answer = await terminal.confirm('Delete 3 packages?\x1b[2J', new AbortController().signal);
      terminal.info(`answer ${answer}`);
    } catch (error) {
      terminal.error(`${error.code}: ${error.message}`);
      process.exitCode = error.exitCode;
    }
  },
  /** Prints many results, for a reader that exits early or a full disk. */
  async lines() {
    for (let index = 0; index < 5000; index += 1) terminal.line(`line ${index}`);
  },
  async bytes() {
    try {
      for (let index = 0; index < 5000; index += 1) await terminal.bytes(Buffer.alloc(1024, 'x'));
      terminal.info('all written');
    } catch (error) {
      terminal.error(`${error.code}: ${error.message}`);
    }
  },
};

await scenarios[scenario]();
try {
  await terminal.flush();
} catch (error) {
  terminal.error(`${error.code}: ${error.message}`);
  process.exitCode = error.exitCode;
}
