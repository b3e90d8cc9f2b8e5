import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { outputSchema } from '../../src/help/output-schema.ts';
import type { JsonDocument } from '../support/process/run-result.ts';

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, strictRequired: false });
addFormats.default(ajv);
ajv.addSchema(outputSchema, 'output');

/** @throws Error that lists every difference from the schema that `help json` prints */
export function expectDocument(definition: string, document: unknown): void {
  const validate = ajv.getSchema(`output#/$defs/${encodeURIComponent(definition)}`);
  if (validate === undefined) throw new Error(`help json defines no ${definition}`);
  if (validate(document) === true) return;
  throw new Error(`${JSON.stringify(document)}\nis not a ${definition}: ${ajv.errorsText(validate.errors)}`);
}

/** Checks the document of a failed run: either the results plus the error, or only the error. */
export function expectFailureDocument(definition: string, document: JsonDocument): void {
  expectDocument('failure', document);
  const isAlone = Object.keys(document).length === 1;
  if (!isAlone) expectDocument(definition, document);
}
