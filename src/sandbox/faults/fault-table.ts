/** The syntax of the argument of a fault; square brackets mean that it is optional. */
export type FaultArgument =
  | ''
  | 'N'
  | '[N]'
  | 'BYTES'
  | 'BYTES[,TIMES]'
  | '[DELTA]'
  | 'MS'
  | '[STATUS]'
  | 'CODE[,TIMES]';

export interface FaultDefinition {
  readonly argument: FaultArgument;
  readonly description: string;
  /** How often it occurs by default. */
  readonly times?: number;
}

/**
 * The faults of the sandbox: failures that a script can meet. docs/sandbox.md describes each of them. Other formats
 * of responses are traits of a dialect. "API" means the JSON calls below /v2, "file" the bytes of a download. BYTES
 * may end in K, M, or G (1024-based), MS in ms, s, or m. TIMES counts per file, and `all` means always; by default,
 * a fault with BYTES occurs once per file, and one with CODE every time. N counts calls; without it, a fault affects
 * every call.
 */
export const FAULTS = {
  // Packages
  'never-ready': { argument: '', description: 'packages are never ready' },
  'job-fails': { argument: '[STATUS]', description: 'packages end with status STATUS (failed)' },
  'package-gone-after': { argument: 'N', description: 'a package returns 410 after N status requests' },
  'wrong-size': { argument: '[DELTA]', description: '`files[].size` is wrong by DELTA bytes (1)' },

  // API
  'api-503': { argument: 'N', description: 'the first N API calls return 503 with Retry-After' },
  'api-429': { argument: 'N', description: 'the first N API calls return 429 with Retry-After' },
  'api-status': { argument: 'CODE[,TIMES]', description: 'API calls return CODE with an error' },
  'api-html': { argument: '[N]', description: 'the first N API calls return 200 with an HTML page' },
  'api-reset': { argument: 'N', description: 'the first N API calls are reset without a response' },
  'api-slow': { argument: 'MS', description: 'every API call is delayed by MS' },
  'create-reset': {
    argument: '',
    times: 1,
    description: 'the first creation succeeds, then the connection is reset',
  },

  // Credentials
  'unauthorized-after': { argument: 'N', description: 'a token is rejected after N calls; a new one works' },

  // Transcripts
  transcribing: {
    argument: 'MS',
    description: 'for MS after the start transcriptions are `running` and no transcripts are there',
  },
  'late-transcripts': { argument: 'MS', description: 'transcripts are there only MS after the start' },

  // Files
  cut: { argument: 'BYTES[,TIMES]', description: 'the connection closes after BYTES of a body' },
  stall: { argument: 'BYTES[,TIMES]', description: 'the transfer stalls after BYTES of a body' },
  slow: { argument: 'BYTES', description: 'bodies are limited to BYTES per second' },
  'flip-bit': { argument: 'BYTES[,TIMES]', description: 'the byte at offset BYTES has one wrong bit' },
  'wrong-range': { argument: '', description: 'responses to range requests start at byte 0' },
  'file-status': { argument: 'CODE[,TIMES]', description: 'file requests return CODE' },
  'html-file': { argument: '[N]', description: 'the first N file requests return 200 with an HTML page' },
  'url-expires': {
    argument: 'MS',
    description: 'files come from signed URLs of another origin that expire after MS',
  },
} as const satisfies Readonly<Record<string, FaultDefinition>>;

export type FaultName = keyof typeof FAULTS;
