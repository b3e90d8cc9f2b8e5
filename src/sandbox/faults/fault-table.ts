/** The syntax of the argument of a fault; square brackets mean that it is optional. */
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
  /** How often it occurs by default. */
  readonly times?: number;
}

/**
 * The faults of the sandbox. "API" means the JSON calls below /v2, "file" the bytes of a download. BYTES may end
 * in K, M, or G (1024-based), MS in ms, s, or m. TIMES counts per file, and `all` means always; by default, a
 * fault with BYTES occurs once per file, and one with CODE every time. N counts calls; without it, a fault
 * affects every call.
 */
export const FAULTS = {
  // Packages
  'never-ready': { argument: '', description: 'packages are never ready' },
  'job-fails': { argument: '[VALUE]', description: 'packages end with status VALUE (failed)' },
  'prepare-status': { argument: 'VALUE', description: 'the status VALUE replaces `preparing`' },
  'ready-status': { argument: 'VALUE', description: 'the status VALUE replaces `ready`' },
  'ready-at-once': { argument: '', description: 'the response to a creation already has status `ready`' },
  'ready-without-files': { argument: '', description: 'ready packages have no `files`' },
  flapping: {
    argument: '',
    description: 'every second status request for a ready package returns `preparing`',
  },
  'package-404': { argument: 'N', description: 'the first N status requests for a package return 404' },
  'package-gone-after': { argument: 'N', description: 'a package returns 410 after N status requests' },
  'several-files': { argument: '', description: 'a package is several files instead of one archive' },
  'wrong-size': { argument: '[DELTA]', description: '`files[].size` is wrong by DELTA bytes (1)' },
  'no-size': { argument: '', description: '`files[].size` is missing' },
  zip64: { argument: '', description: 'small archives have zip64 records' },
  'strange-ids': { argument: '', description: 'package IDs contain / .. ? # % and spaces' },
  'number-ids': { argument: '', description: 'package IDs are numbers above 2^53' },
  'foreign-url': { argument: '', description: '`files[].url` is a signed URL of another origin' },

  // API
  'api-503': { argument: 'N', description: 'the first N API calls return 503' },
  'api-429': { argument: 'N', description: 'the first N API calls return 429 with Retry-After' },
  'retry-after': { argument: 'VALUE', description: 'Retry-After of every 429 and 503 is VALUE (1)' },
  'api-status': { argument: 'CODE[,TIMES]', description: 'API calls return CODE with an error' },
  'api-html': { argument: '[N]', description: 'the first N API calls return 200 with an HTML page' },
  'api-empty': { argument: '[N]', description: 'the first N API calls return 200 without a body' },
  'api-truncated': { argument: '[N]', description: 'the first N API calls return half of a JSON document' },
  'api-endless': { argument: '[N]', description: 'the first N API calls return endless JSON' },
  'api-gzip': { argument: '', description: 'API responses are gzip-encoded without a request for it' },
  'api-reset': { argument: 'N', description: 'the first N API calls are reset without a response' },
  'api-slow': { argument: 'MS', description: 'every API call is delayed by MS' },
  'create-reset': {
    argument: '',
    times: 1,
    description: 'the first creation succeeds, then the connection is reset',
  },
  'create-lost': {
    argument: 'VALUE',
    description: 'creations succeed, but return 504, 204, empty, html, or no-id (VALUE)',
  },
  'create-stall': { argument: '', times: 1, description: 'the first creation succeeds without a response' },
  'fail-with-200': { argument: '', description: 'JSend failures have HTTP status 200' },
  'success-with-500': { argument: 'N', description: 'the first N successful API calls have HTTP status 500' },
  'no-data': { argument: '', description: 'successes have no `data`' },
  'bare-data': { argument: '', description: 'successes have no outer `status`' },
  'hostile-keys': { argument: '', description: 'responses contain `__proto__` and `constructor` keys' },
  'hostile-text': { argument: '', description: 'names and titles contain terminal escapes and bidi marks' },
  'list-object': { argument: '', description: 'lists are `{items: […]}` instead of arrays' },
  'page-ignored': { argument: '', description: 'every page of a list is the first one' },
  'short-pages': { argument: '[N]', description: 'pages contain at most N items (1) although more follow' },
  'endless-pages': { argument: '', description: 'every page of a list is full of new items' },

  // Transcripts
  transcribing: {
    argument: 'MS',
    description: 'for MS after the start transcriptions are `running` and no transcripts are there',
  },
  'late-transcripts': { argument: 'MS', description: 'transcripts are there only MS after the start' },

  // Credentials
  'unauthorized-after': { argument: 'N', description: 'a token is rejected after N calls; a new one works' },
  'token-refused': { argument: '', description: 'the token endpoint returns 401 invalid_client' },
  'token-503': { argument: 'N', description: 'the first N token requests return 503' },
  'token-html': { argument: '', description: 'the token endpoint returns 200 with an HTML page' },
  'token-missing': { argument: '', description: 'the token endpoint returns 200 without a token' },
  'token-expires': { argument: 'MS', description: 'tokens of the token endpoint expire after MS' },

  // Files: transfer
  cut: { argument: 'BYTES[,TIMES]', description: 'the connection closes after BYTES of a body' },
  'chunked-cut': { argument: 'BYTES[,TIMES]', description: 'a chunked body ends after BYTES, no last chunk' },
  reset: { argument: 'BYTES[,TIMES]', description: 'the connection is reset after BYTES of a body' },
  stall: { argument: 'BYTES[,TIMES]', description: 'the transfer stalls after BYTES of a body' },
  slow: { argument: 'BYTES', description: 'bodies are limited to BYTES per second' },
  chunked: { argument: '', description: 'bodies are chunked, without Content-Length' },
  'no-length': { argument: '', description: 'bodies end with the connection, without Content-Length' },
  'double-length': { argument: '', description: 'two Content-Length headers that differ' },
  'length-and-chunked': { argument: '', description: 'Content-Length and chunked together' },
  'extra-bytes': { argument: 'BYTES', description: 'bodies are BYTES longer than Content-Length' },
  'gzip-encoding': { argument: '', description: 'bodies are gzip-encoded without a request for it' },
  'flip-bit': { argument: 'BYTES[,TIMES]', description: 'the byte at offset BYTES has one wrong bit' },
  'max-connections': { argument: 'N', description: 'more than N concurrent bodies return 503' },

  // Files: responses
  'file-503': { argument: 'N', description: 'the first N file requests return 503' },
  'file-status': { argument: 'CODE[,TIMES]', description: 'file requests return CODE' },
  'file-404-once': { argument: '', times: 1, description: 'the first request for a file returns 404' },
  'file-gone-after': { argument: 'N', description: 'a file returns 410 after N requests' },
  'html-file': { argument: '[N]', description: 'the first N file requests return 200 with an HTML page' },
  'file-name': { argument: 'VALUE', description: 'Content-Disposition names the file VALUE' },
  digest: {
    argument: '[VALUE]',
    description: 'Repr-Digest is sent: right (default), wrong, or malformed',
  },

  // Files: ranges and validators
  'no-range': { argument: '', description: 'Range is ignored' },
  'no-etag': { argument: '', description: 'responses have no ETag' },
  'weak-etag': { argument: '', description: 'the ETag is weak' },
  'lying-etag': { argument: '', description: 'the ETag stays the same when the file is replaced' },
  'no-last-modified': { argument: '', description: 'responses have no Last-Modified' },
  'change-after': { argument: 'BYTES', description: 'cut after BYTES, then another file of the same size' },
  'range-wrong-start': { argument: '', description: '206 responses start at byte 0' },
  'range-wrong-end': {
    argument: '',
    description: '206 responses end one byte early, with a matching Content-Range',
  },
  'range-wrong-total': { argument: '', description: 'the total in Content-Range is doubled' },
  'range-star-total': { argument: '', description: 'the total in Content-Range is `*`' },
  'range-wrong-unit': { argument: '', description: 'the unit in Content-Range is not bytes' },
  'range-no-header': { argument: '', description: '206 responses have no Content-Range' },
  'range-multipart': { argument: '', description: '206 responses are multipart/byteranges' },
  'range-416': { argument: '[N]', description: 'the first N range requests return 416' },

  // Files: redirects
  redirect: {
    argument: '[CODE]',
    description: 'file URLs redirect to signed storage of another origin (302)',
  },
  'redirect-expires': { argument: 'MS', description: 'signed URLs expire after MS' },
  'redirect-loop': { argument: '', description: 'file URLs redirect to themselves' },
  'redirect-no-location': { argument: '', description: 'file URLs redirect without a Location' },
} as const satisfies Readonly<Record<string, FaultDefinition>>;

export type FaultName = keyof typeof FAULTS;
