import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlace, type RunPlace } from './process/run-place.ts';

/** Paths of the program's files in a place. */
export function storedFiles({ configDir }: Pick<RunPlace, 'configDir'>) {
  return {
    config: join(configDir, 'config.json'),
    credentials: join(configDir, 'credentials.json'),
    tokens: join(configDir, 'credential-cache.json'),
  };
}

/** Creates a place whose store contains these documents, or raw texts. */
export function placeWithStore(files: {
  readonly config?: unknown;
  readonly credentials?: unknown;
}): RunPlace {
  const place = makePlace();
  mkdirSync(place.configDir, { recursive: true, mode: 0o700 });
  const paths = storedFiles(place);
  for (const name of ['config', 'credentials'] as const) {
    const content = files[name];
    if (content === undefined) continue;
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(paths[name], text, { mode: 0o600 });
  }
  return place;
}

/** `credentials.json` with one entry. */
export function credentialsOf(
  origin: string,
  entry: Readonly<Record<string, string>>,
  profile = 'default',
): unknown {
  return { version: 1, profiles: { [profile]: { [origin]: entry } } };
}

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
