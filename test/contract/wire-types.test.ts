import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { describe, expect, test } from 'vitest';
import { OPENAPI, type OpenApiSchema } from '../support/api/openapi.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const WIRE = join(ROOT, 'src/api/wire.ts');

const NAMES = [
  'TranscriptFormat',
  'TranscriptSelection',
  'CreateDownloadBody',
  'DownloadFile',
  'DownloadPackage',
  'Rendition',
  'MediaAsset',
  'Transcript',
  'TokenResponse',
  'TokenRefusal',
  'Envelope',
];

/** Requires equal keys, equal optional keys, and types that are assignable to each other. */
const COMPARISON = `
type OptionalKeys<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? K : never }[keyof T];
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Agree<A, B> = [Same<A, B>, Same<keyof A, keyof B>, Same<OptionalKeys<A>, OptionalKeys<B>>];
`;

async function generateTypes(schemas: Readonly<Record<string, OpenApiSchema>>): Promise<string> {
  const definitions: Record<string, object> = JSON.parse(
    JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/definitions/'),
  );
  const properties = Object.fromEntries(NAMES.map((name) => [name, { $ref: `#/definitions/${name}` }]));
  return await compile({ title: 'AllOfThem', type: 'object', properties, definitions }, 'AllOfThem', {
    // Unknown fields are allowed, but an index signature for them would hide a missing field.
    additionalProperties: false,
    format: false,
    bannerComment: '',
  });
}

async function compareTypes(schemas: Readonly<Record<string, OpenApiSchema>>): Promise<string> {
  const folder = makeTempFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'generated.ts'), await generateTypes(schemas));
  const checks = NAMES.map((name) => {
    const wire = name === 'Envelope' ? 'wire.Envelope<unknown>' : `wire.${name}`;
    return `export const check${name}: Agree<${wire}, generated.${name}> = [true, true, true];`;
  });
  const lines = [
    `import type * as generated from './generated.ts';`,
    `import type * as wire from ${JSON.stringify(WIRE)};`,
    ...COMPARISON.trim().split('\n'),
    ...checks,
  ];
  writeFileSync(join(folder, 'check.ts'), lines.join('\n'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { noEmit: true, noUnusedLocals: false, types: [], allowImportingTsExtensions: true },
      include: ['check.ts'],
    }),
  );
  const { stdout, stderr } = spawnSync(process.execPath, [TSC, '--pretty', 'false', '-p', folder], {
    encoding: 'utf8',
  });
  // Replaces the line number in the compiler output with the name of the type.
  return (stdout + stderr).replaceAll(
    /^\S*check\.ts\((\d+),\d+\)/gm,
    (place, line) => /check\w+/.exec(lines[Number(line) - 1] ?? '')?.[0] ?? place,
  );
}

describe('src/api/wire.ts and docs/openapi.yaml', () => {
  test('describe the same objects', async () => {
    expect(await compareTypes(OPENAPI.components.schemas)).toBe('');
  });

  test.each([
    [
      'an additional field',
      (file: OpenApiSchema) => ({ ...file, properties: { ...file.properties, more: {} } }),
    ],
    ['an optional field', (file: OpenApiSchema) => ({ ...file, required: ['url', 'size'] })],
    [
      'a field of another type',
      (file: OpenApiSchema) => ({
        ...file,
        properties: { ...file.properties, size: { type: 'string' } },
      }),
    ],
  ])('differ if one has %s', async (_what, change) => {
    const { schemas } = OPENAPI.components;
    const changed = { ...schemas, DownloadFile: change(schemas.DownloadFile ?? {}) };
    expect(await compareTypes(changed)).toContain('checkDownloadFile');
  });
});
