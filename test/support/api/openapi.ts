import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';

export const OPENAPI_PATH = fileURLToPath(new URL('../../../docs/openapi.yaml', import.meta.url));

interface OpenApiContent {
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface OpenApiResponse {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, OpenApiContent>>;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly 'x-source'?: string;
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

export interface OpenApiSchema {
  readonly 'x-source'?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

const METHODS = ['get', 'post', 'delete'] as const;
type Method = (typeof METHODS)[number];

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, OpenApiOperation>>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, OpenApiSchema>>;
    readonly responses: Readonly<Record<string, OpenApiResponse>>;
  };
}

export const OPENAPI: OpenApiDocument = parse(readFileSync(OPENAPI_PATH, 'utf8'));

// Not strict: an OpenAPI document contains more than schemas.
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajvFormats.default(ajv);
ajv.addSchema(OPENAPI, 'openapi');

/**
 * Validates a response with a JSON body against docs/openapi.yaml.
 * @param path as requested, with or without `/v2` and the query
 * @throws Error naming what is undocumented: the path, the method, the status, or a field
 */
export function validateAnswer(method: string, path: string, status: number, body: unknown): void {
  const pathname = (path.split('?')[0] ?? '').replace(/^\/v2(?=\/)/, '');
  const template = Object.keys(OPENAPI.paths).find((candidate) => matches(candidate, pathname));
  if (template === undefined) throw new Error(`docs/openapi.yaml has no path for ${path}`);
  const key = METHODS.find((known) => known.toUpperCase() === (method === 'HEAD' ? 'GET' : method));
  const operation = key === undefined ? undefined : OPENAPI.paths[template]?.[key];
  if (key === undefined || operation === undefined)
    throw new Error(`docs/openapi.yaml has no ${method} for ${template}`);
  const name = [String(status), 'default'].find((candidate) => candidate in operation.responses);
  if (name === undefined) throw new Error(`docs/openapi.yaml has no ${status} for ${method} ${template}`);
  const reference = operation.responses[name]?.$ref;
  const pointer = reference?.slice(1) ?? `/paths/${escapePointer(template)}/${key}/responses/${name}`;
  const response =
    reference === undefined
      ? operation.responses[name]
      : OPENAPI.components.responses[reference.split('/').at(-1) ?? ''];
  if (response?.content?.['application/json'] === undefined) {
    throw new Error(`docs/openapi.yaml has no JSON body for ${status} of ${method} ${template}`);
  }
  const validate = ajv.compile({ $ref: `openapi#${pointer}/content/application~1json/schema` });
  if (validate(body)) return;
  throw new Error(
    `${status} of ${method} ${template} does not match docs/openapi.yaml: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`,
  );
}

/** All operations of the description. */
export function listOperations(): { method: string; template: string; operation: OpenApiOperation }[] {
  return Object.entries(OPENAPI.paths).flatMap(([template, item]) =>
    METHODS.flatMap((key) => {
      const operation = item[key];
      return operation === undefined ? [] : [{ method: key.toUpperCase(), template, operation }];
    }),
  );
}

function matches(template: string, pathname: string): boolean {
  const parts = template.split('/');
  const segments = pathname.split('/');
  return (
    parts.length === segments.length &&
    parts.every((part, index) => part.startsWith('{') || part === segments[index])
  );
}

function escapePointer(template: string): string {
  return template.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
}
