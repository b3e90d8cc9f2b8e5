/** JSON Schema (2020-12) of all `--json` output. `help json` prints it, and tests validate all output against it. */

type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: 'string' };
const TEXT_OR_NULL: Schema = { type: ['string', 'null'] };
const FLAG: Schema = { type: 'boolean' };
const FLAG_OR_NULL: Schema = { type: ['boolean', 'null'] };
const COUNT: Schema = { type: 'integer', minimum: 0 };
const COUNT_OR_NULL: Schema = { type: ['integer', 'null'], minimum: 0 };
const NUMBER_OR_NULL: Schema = { type: ['number', 'null'] };
const SHA256_OR_NULL: Schema = { type: ['string', 'null'], pattern: '^[0-9a-f]{64}$' };
const TIME_OR_NULL: Schema = { type: ['string', 'null'], format: 'date-time' };

/** All keys are required. Open objects also pass through the service's own fields. */
function object(properties: Readonly<Record<string, Schema>>, { isOpen = false } = {}): Schema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: isOpen };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function reference(name: string): Schema {
  return { $ref: `#/$defs/${name}` };
}

function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

/** The document of a command with several targets also contains the failure, if there is one. */
function withFailure(
  properties: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    properties: { ...properties, ...optional, error: reference('error') },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

const packageFields: Readonly<Record<string, Schema>> = {
  id: TEXT,
  status: TEXT,
  ready: FLAG,
  failed: FLAG,
  title: TEXT_OR_NULL,
  description: TEXT_OR_NULL,
  created: TIME_OR_NULL,
  expires: TIME_OR_NULL,
  compressed: FLAG_OR_NULL,
  sizeBytes: COUNT_OR_NULL,
  files: list(
    object(
      { name: TEXT_OR_NULL, mimeType: TEXT_OR_NULL, sizeBytes: COUNT_OR_NULL, url: TEXT },
      { isOpen: true },
    ),
  ),
};

const mediumFields: Readonly<Record<string, Schema>> = {
  id: TEXT,
  name: TEXT_OR_NULL,
  description: TEXT_OR_NULL,
  type: TEXT_OR_NULL,
  durationSeconds: NUMBER_OR_NULL,
  tags: list(TEXT),
  created: TIME_OR_NULL,
  renditions: list(object({ id: TEXT, name: TEXT_OR_NULL }, { isOpen: true })),
};

const whoamiFields: Readonly<Record<string, Schema>> = {
  authenticated: FLAG,
  profile: TEXT,
  source: TEXT_OR_NULL,
  tenant: TEXT_OR_NULL,
  apiUrl: TEXT,
  expires: TIME_OR_NULL,
  verified: FLAG,
};

const setting = object({
  key: { enum: ['profile', 'apiUrl', 'ssoUrl', 'cacert'] },
  value: TEXT_OR_NULL,
  origin: TEXT,
});

const request = object({ method: TEXT, url: TEXT, body: {} });

export const outputSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Output of streamdiver-dl with --json; one definition per command',
  $defs: {
    error: object({
      code: TEXT,
      exitCode: { type: 'integer' },
      message: TEXT,
      hint: TEXT_OR_NULL,
      id: TEXT_OR_NULL,
      httpStatus: { type: ['integer', 'null'] },
      requestId: TEXT_OR_NULL,
      retryable: FLAG,
      next: list(TEXT),
    }),
    failure: { type: 'object', properties: { error: reference('error') }, required: ['error'] },
    package: object(packageFields, { isOpen: true }),
    create: { anyOf: [object(packageFields, { isOpen: true }), reference('created')] },
    created: withFailure({
      items: list(reference('package')),
      count: COUNT,
      truncated: FLAG,
      results: list(reference('fetched')),
    }),
    transcripts: withFailure(
      {
        results: list(reference('transcript')),
        counts: object({ media: COUNT, known: COUNT, waiting: COUNT, withoutTranscript: COUNT }),
        record: TEXT_OR_NULL,
      },
      { dryRun: { const: true } },
    ),
    transcript: object({
      mediaId: TEXT_OR_NULL,
      transcriptId: TEXT_OR_NULL,
      language: TEXT_OR_NULL,
      format: { enum: ['srt', 'txt', 'json', 'vtt', 'docx', null] },
      outcome: {
        enum: [
          'downloaded',
          'unchanged',
          'skipped',
          'empty',
          'gone',
          'waiting',
          'untried',
          'failed',
          'download',
          'skip',
          'conflict',
        ],
      },
      path: TEXT_OR_NULL,
      sizeBytes: COUNT_OR_NULL,
      sha256: SHA256_OR_NULL,
      error: orNull(reference('error')),
    }),
    status: withFailure({ items: list(reference('package')), count: COUNT, truncated: FLAG }),
    list: object({ items: list(reference('package')), count: COUNT, truncated: FLAG }),
    medium: object(mediumFields, { isOpen: true }),
    'media list': object({ items: list(reference('medium')), count: COUNT, truncated: FLAG }),
    'media show': object(
      {
        ...mediumFields,
        transcripts: list(object({ id: TEXT, languageCode: TEXT_OR_NULL }, { isOpen: true })),
      },
      { isOpen: true },
    ),
    fetch: withFailure({ results: list(reference('fetched')) }),
    fetched: object({
      id: TEXT,
      outcome: { enum: ['downloaded', 'resumed', 'skipped', 'extracted', 'failed'] },
      paths: list(TEXT),
      sizeBytes: COUNT_OR_NULL,
      transferredBytes: COUNT,
      resumedFrom: COUNT,
      durationMs: COUNT,
      verified: object({ size: FLAG, archive: FLAG, crc: FLAG, checksum: FLAG }),
      sha256: SHA256_OR_NULL,
      deleted: FLAG,
      error: orNull(reference('error')),
    }),
    verify: withFailure({
      results: list(
        object({
          path: TEXT,
          outcome: { enum: ['unchanged', 'missing', 'different', 'failed'] },
          error: orNull(reference('error')),
        }),
      ),
      counts: object({ unchanged: COUNT, missing: COUNT, different: COUNT, failed: COUNT }),
    }),
    contents: withFailure({
      id: TEXT,
      items: list(reference('entry')),
      count: COUNT,
      truncated: FLAG,
    }),
    entry: object({
      path: TEXT,
      sizeBytes: COUNT,
      compressedBytes: COUNT,
      method: TEXT,
      crc32: { type: 'string', pattern: '^[0-9a-f]{8}$' },
      modified: TIME_OR_NULL,
    }),
    rm: withFailure({
      results: list(
        object({
          id: TEXT,
          outcome: { enum: ['deleted', 'not-found', 'failed'] },
          error: orNull(reference('error')),
        }),
      ),
    }),
    'dry-run': {
      type: 'object',
      properties: {
        dryRun: { const: true },
        request: orNull(request),
        requests: list(request),
        // For `fetch`: what it would do with each file.
        results: list(reference('planned')),
        totalBytes: COUNT_OR_NULL,
        transferBytes: COUNT_OR_NULL,
        freeBytes: COUNT_OR_NULL,
        error: reference('error'),
      },
      required: ['dryRun', 'request'],
      additionalProperties: false,
    },
    planned: object({
      id: TEXT,
      recorded: FLAG,
      files: list(
        object({
          path: TEXT_OR_NULL,
          action: { enum: ['download', 'continue', 'skip', 'conflict'] },
          sizeBytes: COUNT_OR_NULL,
          haveBytes: COUNT,
        }),
      ),
      transferBytes: COUNT_OR_NULL,
      error: orNull(reference('error')),
    }),
    whoami: withFailure(whoamiFields),
    'whoami --all': object({
      items: list(object({ profile: TEXT, apiOrigin: TEXT, credential: TEXT, active: FLAG })),
      count: COUNT,
      truncated: FLAG,
    }),
    login: object(whoamiFields),
    logout: object({ removed: list(object({ profile: TEXT, apiOrigin: TEXT })) }),
    setting,
    'config list': object({ items: list(reference('setting')), count: COUNT, truncated: FLAG }),
    'config get': reference('setting'),
    'config set': reference('setting'),
    'config unset': reference('setting'),
    'config path': object({ path: TEXT }),
    sandbox: object({
      url: TEXT,
      token: TEXT,
      pid: COUNT,
      tenant: TEXT,
      clientId: TEXT,
      clientSecret: TEXT,
    }),
    progress: object({
      event: { enum: ['state', 'wait', 'progress', 'retry', 'verify', 'done'] },
      id: TEXT_OR_NULL,
      time: { type: 'string', format: 'date-time' },
      status: TEXT_OR_NULL,
      bytes: COUNT_OR_NULL,
      totalBytes: COUNT_OR_NULL,
      bytesPerSecond: NUMBER_OR_NULL,
      etaSeconds: NUMBER_OR_NULL,
      attempt: COUNT_OR_NULL,
      message: TEXT_OR_NULL,
    }),
  },
};
