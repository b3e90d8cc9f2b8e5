// Draws docs/demo.svg: the output of the demo in a terminal, from a real run of the built program.
//   npm run picture
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const COLUMNS = 112;
const ROWS = 200;
const PROGRAM = fileURLToPath(new URL('../bin/streamdiver-dl.js', import.meta.url));
const TARGET = fileURLToPath(new URL('../docs/demo.svg', import.meta.url));

const CELL_WIDTH = 8.4;
const LINE_HEIGHT = 19;
const MARGIN = 16;
const BACKGROUND = '#1b1f27';
const TEXT = '#d5dae3';
/** The eight colors of a terminal, readable on the dark background. */
const PALETTE = ['#545d6b', '#f07178', '#a5d68a', '#f2cc7a', '#82aaff', '#c792ea', '#7fdbe0', '#ffffff'];

const folder = mkdtempSync(path.join(os.tmpdir(), 'pic-'));
try {
  const terminal = await runDemo(folder);
  const lines = readLines(terminal);
  writeFileSync(TARGET, draw(lines));
  console.log(`${TARGET}: ${lines.length} lines`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Returns the screen after the demo. */
function runDemo(home) {
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  const child = spawn(process.execPath, [PROGRAM, 'demo'], {
    cols: COLUMNS,
    rows: ROWS,
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
  });
  child.onData((data) => terminal.write(data));
  return new Promise((resolve, reject) => {
    child.onExit(({ exitCode }) => {
      if (exitCode !== 0) reject(new Error(`the demo ended with ${exitCode}`));
      else terminal.write('', () => resolve(terminal));
    });
  });
}

/** Lines of spans with the same style, without trailing empty lines. */
function readLines({ buffer: { active } }) {
  const lines = [];
  for (let y = 0; y < active.length; y += 1) {
    const spans = [];
    const line = active.getLine(y);
    for (let x = 0; x < COLUMNS; x += 1) {
      const cell = line.getCell(x);
      const text = cell.getChars() || (cell.getWidth() === 0 ? '' : ' ');
      const look = {
        color: cell.isFgPalette() ? PALETTE[cell.getFgColor() % 8] : TEXT,
        isBold: cell.isBold() !== 0,
        isDim: cell.isDim() !== 0,
      };
      const last = spans.at(-1);
      if (last !== undefined && isSameLook(last, look)) last.text += text;
      else spans.push({ x, text, ...look });
    }
    lines.push(spans);
  }
  while (lines.at(-1)?.every(({ text }) => text.trim() === '')) lines.pop();
  return lines;
}

function isSameLook(one, other) {
  return one.color === other.color && one.isBold === other.isBold && one.isDim === other.isDim;
}

function draw(lines) {
  const width = Math.ceil(COLUMNS * CELL_WIDTH + 2 * MARGIN);
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const texts = lines.flatMap((spans, row) =>
    spans.filter(({ text }) => text.trim() !== '').map((span) => drawSpan(span, row)),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>streamdiver-dl demo: find media, create a package, wait, download, verify, unpack</title>
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve" style="white-space:pre">
${texts.join('\n')}
</g>
</svg>
`;
}

function drawSpan({ x, text, color, isBold, isDim }, row) {
  const shown = text.trimEnd();
  const left = (MARGIN + x * CELL_WIDTH).toFixed(1);
  const top = MARGIN + row * LINE_HEIGHT + 14;
  const look = `${isBold ? ' font-weight="bold"' : ''}${isDim ? ' opacity="0.6"' : ''}`;
  // An explicit length keeps columns aligned in any font.
  const length = (shown.length * CELL_WIDTH).toFixed(1);
  return `<text x="${left}" y="${top}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${color}"${look}>${escapeXml(shown)}</text>`;
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
