// Only unpacks a local archive, as `fetch -x` does: ARCHIVE FOLDER. bench/archive-unpack.mjs bundles it first.
import os from 'node:os';
import { openFileSource } from '../../src/range/file-source.ts';
import { extractArchive } from '../../src/zip/extract/extract.ts';

const [archive, directory] = process.argv.slice(2);
const source = await openFileSource(archive);
const unpacker = {
  pid: process.pid,
  hostname: os.hostname(),
  isProcessAlive: () => true,
  processStartedAt: () => null,
  uptimeMs: () => os.uptime() * 1_000,
};
await extractArchive(source, { directory, unpacker });
await source.close();
