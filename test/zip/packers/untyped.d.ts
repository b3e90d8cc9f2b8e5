/** The parts of these untyped packages that the tests use. */
declare module 'archiver' {
  import type { Readable } from 'node:stream';

  interface Archiver extends Readable {
    append(source: Buffer | Readable, data: { name: string; type?: 'directory' }): this;
    file(path: string, data: { name: string }): this;
    finalize(): Promise<void>;
  }

  export default function archiver(
    format: 'zip',
    options: { store: boolean; forceZip64: boolean; zlib: { level: number } },
  ): Archiver;
}

declare module 'archiver-5' {
  export { default } from 'archiver';
}

declare module 'zip-stream' {
  import { Readable } from 'node:stream';

  export default class ZipStream extends Readable {
    constructor(options: { store: boolean; forceZip64: boolean; level: number });
    entry(
      source: Buffer | Readable | null,
      data: { name: string; type?: 'directory' },
      callback: (error: Error | null) => void,
    ): this;
    finalize(): void;
  }
}
