// node bench/support/unpack.mjs ARCHIVE FOLDER: unpacks a local archive as `fetch -x` does, and nothing else
import os from 'node:os';
import { openFileSource } from '../../dist/range/file-source.js';
import { extractArchive } from '../../dist/zip/extract.js';

const [archive, directory] = process.argv.slice(2);
const source = await openFileSource(archive);
const unpacker = { pid: process.pid, hostname: os.hostname(), isProcessAlive: () => true };
await extractArchive(source, { directory, unpacker });
await source.close();
