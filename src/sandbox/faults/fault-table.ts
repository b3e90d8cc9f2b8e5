/** How the argument of a fault is written; square brackets mean that it may be left out. */
export type FaultArgument =
  | ''
  | 'N'
  | '[N]'
  | 'BYTES'
  | 'BYTES[,TIMES]'
  | '[DELTA]'
  | 'MS'
  | 'VALUE'
  | '[VALUE]'
  | '[CODE]'
  | 'CODE[,TIMES]';

export interface FaultDefinition {
  readonly argument: FaultArgument;
  readonly description: string;
  /** How often it happens, where the argument does not say. */
  readonly times?: number;
}

/**
 * All that the sandbox can do wrong on purpose. "API" means the JSON calls below /v2, "file" the bytes
 * of a download. BYTES may end in K, M or G (1024-based), MS in ms, s or m. TIMES counts per file, `all`
 * is without end; without it a fault of BYTES happens once per file and one of CODE every time. N counts calls;
 * where it may be left out, that means every call.
 */
export const FAULTS = {
  // Packages
  'never-ready': { argument: '', description: 'packages stay in preparation for ever' },
  'job-fails': { argument: '[VALUE]', description: 'packages end with status VALUE (failed)' },
  'prepare-status': { argument: 'VALUE', description: 'VALUE stands where `preparing` belongs' },
  'ready-status': { argument: 'VALUE', description: 'VALUE stands where `ready` belongs' },
  'ready-at-once': { argument: '', description: 'the answer to the creation says `ready` already' },
  'ready-without-files': { argument: '', description: 'ready packages have no `files`' },
  flapping: { argument: '', description: 'every second look at a ready package says `preparing`' },
  'package-404': { argument: 'N', description: 'the first N looks at a package answer 404' },
  'package-gone-after': { argument: 'N', description: 'a package answers 410 after N looks' },
  'several-files': { argument: '', description: 'a package is several files instead of one archive' },
  'wrong-size': { argument: '[DELTA]', description: '`files[].size` is wrong by DELTA bytes (1)' },
  'no-size': { argument: '', description: '`files[].size` is missing' },
  zip64: { argument: '', description: 'archives have zip64 records although they are small' },
  'strange-ids': { argument: '', description: 'package ids contain / .. ? # % and spaces' },
  'number-ids': { argument: '', description: 'package ids are numbers above 2^53' },
  'foreign-url': { argument: '', description: '`files[].url` is a signed URL of another origin' },

  // API
  'api-503': { argument: 'N', description: 'the first N API calls answer 503' },
  'api-429': { argument: 'N', description: 'the first N API calls answer 429 with Retry-After' },
  'retry-after': { argument: 'VALUE', description: 'Retry-After of every 429 and 503 says VALUE (1)' },
  'api-status': { argument: 'CODE[,TIMES]', description: 'API calls answer CODE with an error' },
  'api-html': { argument: '[N]', description: 'the first N API calls answer 200 with an HTML page' },
  'api-empty': { argument: '[N]', description: 'the first N API calls answer 200 without a body' },
  'api-truncated': { argument: '[N]', description: 'the first N API calls answer half a JSON document' },
  'api-endless': { argument: '[N]', description: 'the first N API calls answer JSON that never ends' },
  'api-gzip': { argument: '', description: 'API answers are gzip-encoded although nobody asked' },
  'api-reset': { argument: 'N', description: 'the first N API calls are reset without an answer' },
  'api-slow': { argument: 'MS', description: 'every API call takes MS longer' },
  'create-reset': {
    argument: '',
    times: 1,
    description: 'the first creation is done, then the connection reset',
  },
  'create-lost': {
    argument: 'VALUE',
    description: 'creations are done, then answered 504, 204, empty, html or no-id (VALUE)',
  },
  'create-stall': { argument: '', times: 1, description: 'the first creation is done, then never answered' },
  'fail-with-200': { argument: '', description: 'JSend failures come with HTTP 200' },
  'success-with-500': { argument: 'N', description: 'the first N API successes come with HTTP 500' },
  'no-data': { argument: '', description: 'successes have no `data`' },
  'bare-data': { argument: '', description: 'successes have no outer `status`' },
  'hostile-keys': { argument: '', description: 'answers carry `__proto__` and `constructor` keys' },
  'hostile-text': { argument: '', description: 'names and titles carry terminal escapes and bidi marks' },
  'list-object': { argument: '', description: 'lists are `{items: […]}` instead of arrays' },
  'page-ignored': { argument: '', description: 'every page of a list is the first one' },
  'short-pages': { argument: '[N]', description: 'pages hold at most N items (1) although more follow' },
  'endless-pages': { argument: '', description: 'every page of a list is full of new items' },

  // Transcripts
  transcribing: {
    argument: 'MS',
    description: 'for MS after the start transcriptions are `running` and no transcripts are there',
  },
  'late-transcripts': { argument: 'MS', description: 'transcripts are there only MS after the start' },

  // Credentials
  'unauthorized-after': { argument: 'N', description: 'a token is refused after N calls; a new one works' },
  'token-refused': { argument: '', description: 'the token endpoint answers 401 invalid_client' },
  'token-503': { argument: 'N', description: 'the first N token requests answer 503' },
  'token-html': { argument: '', description: 'the token endpoint answers 200 with an HTML page' },
  'token-missing': { argument: '', description: 'the token endpoint answers 200 without a token' },
  'token-expires': { argument: 'MS', description: 'tokens of the token endpoint live MS' },

  // Files: the way the bytes travel
  cut: { argument: 'BYTES[,TIMES]', description: 'the connection closes after BYTES of a body' },
  'chunked-cut': { argument: 'BYTES[,TIMES]', description: 'a chunked body ends after BYTES, no last chunk' },
  reset: { argument: 'BYTES[,TIMES]', description: 'the connection is reset after BYTES of a body' },
  stall: { argument: 'BYTES[,TIMES]', description: 'nothing comes after BYTES of a body' },
  slow: { argument: 'BYTES', description: 'bodies come at BYTES per second' },
  chunked: { argument: '', description: 'bodies are chunked, without Content-Length' },
  'no-length': { argument: '', description: 'bodies end with the connection, without Content-Length' },
  'double-length': { argument: '', description: 'two Content-Length headers that differ' },
  'length-and-chunked': { argument: '', description: 'Content-Length and chunked together' },
  'extra-bytes': { argument: 'BYTES', description: 'bodies are BYTES longer than they promise' },
  'gzip-encoding': { argument: '', description: 'bodies are gzip-encoded although nobody asked' },
  'flip-bit': { argument: 'BYTES[,TIMES]', description: 'the byte at offset BYTES has one wrong bit' },
  'max-connections': { argument: 'N', description: 'more than N bodies at a time answer 503' },

  // Files: what is answered
  'file-503': { argument: 'N', description: 'the first N file requests answer 503' },
  'file-status': { argument: 'CODE[,TIMES]', description: 'file requests answer CODE' },
  'file-404-once': { argument: '', times: 1, description: 'the first request for a file answers 404' },
  'file-gone-after': { argument: 'N', description: 'a file answers 410 after N requests' },
  'html-file': { argument: '[N]', description: 'the first N file requests answer 200 with an HTML page' },
  'file-name': { argument: 'VALUE', description: 'Content-Disposition says that the file is named VALUE' },
  digest: {
    argument: '[VALUE]',
    description: 'Repr-Digest is sent: right (the default), wrong or malformed',
  },

  // Files: ranges and validators
  'no-range': { argument: '', description: 'Range is ignored' },
  'no-etag': { argument: '', description: 'answers have no ETag' },
  'weak-etag': { argument: '', description: 'the ETag is weak' },
  'lying-etag': { argument: '', description: 'the ETag stays the same when the file is replaced' },
  'no-last-modified': { argument: '', description: 'answers have no Last-Modified' },
  'change-after': { argument: 'BYTES', description: 'cut after BYTES, then another file of the same size' },
  'range-wrong-start': { argument: '', description: '206 answers begin at byte 0' },
  'range-wrong-end': { argument: '', description: '206 answers end one byte early and say so' },
  'range-wrong-total': { argument: '', description: 'the total in Content-Range is doubled' },
  'range-star-total': { argument: '', description: 'the total in Content-Range is `*`' },
  'range-wrong-unit': { argument: '', description: 'the unit in Content-Range is not bytes' },
  'range-no-header': { argument: '', description: '206 answers have no Content-Range' },
  'range-multipart': { argument: '', description: '206 answers are multipart/byteranges' },
  'range-416': { argument: '[N]', description: 'the first N range requests answer 416' },

  // Files: redirects
  redirect: {
    argument: '[CODE]',
    description: 'file URLs redirect to signed storage of another origin (302)',
  },
  'redirect-expires': { argument: 'MS', description: 'signed URLs live MS' },
  'redirect-loop': { argument: '', description: 'file URLs redirect to themselves' },
  'redirect-no-location': { argument: '', description: 'file URLs redirect without a Location' },
} as const satisfies Readonly<Record<string, FaultDefinition>>;

export type FaultName = keyof typeof FAULTS;
