import { crc32, deflateSync } from 'node:zlib';

const SAMPLES_PER_SECOND = 8000;

/** A sine tone as a playable WAV file: 8 kHz, 16 bit, mono. */
export function makeWav(options: { readonly durationSeconds: number; readonly frequencyHz: number }): Buffer {
  const dataSizeBytes = options.durationSeconds * SAMPLES_PER_SECOND * 2;
  const wav = Buffer.alloc(44 + dataSizeBytes);
  //  0 'RIFF'   4 rest of the file   8 'WAVE'
  // 12 'fmt '  16 length 16  20 PCM  22 channels  24 rate  28 bytes per second  32 bytes per frame  34 bits
  // 36 'data'  40 length
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + dataSizeBytes, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  wav.writeUInt32LE(SAMPLES_PER_SECOND * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(dataSizeBytes, 40);
  const second = Buffer.alloc(SAMPLES_PER_SECOND * 2);
  for (let sample = 0; sample < SAMPLES_PER_SECOND; sample += 1) {
    const angle = (sample / SAMPLES_PER_SECOND) * options.frequencyHz * 2 * Math.PI;
    second.writeInt16LE(Math.round(Math.sin(angle) * 12_000), sample * 2);
  }
  return wav.fill(second, 44);
}

/** A color gradient as a PNG file (W3C PNG: 8 bit RGB, no filter). */
export function makePng(options: { readonly width: number; readonly height: number }): Buffer {
  const { width, height } = options;
  const rowBytes = 1 + width * 3;
  const pixels = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * rowBytes + 1 + x * 3;
      pixels[at] = Math.floor((x / width) * 255);
      pixels[at + 1] = Math.floor((y / height) * 255);
      pixels[at + 2] = 160;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(pixels)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(typed.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  typed.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typed), typed.length + 4);
  return chunk;
}

/** One page with lines of text as a PDF file (ISO 32000-1, 7.5); Latin-1 only. */
export function makePdf(lines: readonly string[]): Buffer {
  const shown = lines.map((line) => `(${line.replaceAll(/[\\()]/g, String.raw`\$&`)}) Tj T*`).join('\n');
  const stream = `BT /F1 14 Tf 18 TL 72 770 Td\n${shown}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
  ];
  let pdf = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${pdf.length}\n%%EOF\n`;
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}${trailer}`;
  return Buffer.from(pdf, 'latin1');
}
