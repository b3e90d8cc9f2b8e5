import { type InputOptions, type OutputChunk, rolldown } from 'rolldown';

/**
 * Determines which modules are loaded with each of the entries: the entry and all its static imports. Bundles
 * once without writing, because only tree-shaking knows which imports remain. Each file adds half a millisecond
 * to the start, and small shared chunks would be many files.
 */
export async function gather(
  options: InputOptions,
  entries: Readonly<Record<string, RegExp>>,
): Promise<(id: string) => string | null> {
  const bundle = await rolldown(options);
  const { output } = await bundle.generate({ format: 'esm', chunkFileNames: '[name].js' });
  await bundle.close();
  const chunks = new Map(
    output.filter((file) => file.type === 'chunk').map((chunk) => [chunk.fileName, chunk] as const),
  );
  const groups = new Map<string, string>();
  for (const [name, entry] of Object.entries(entries)) {
    const start = [...chunks.values()].filter(({ facadeModuleId }) => entry.test(facadeModuleId ?? ''));
    if (start.length === 0) throw new Error(`there is no chunk for ${entry.source}`);
    for (const chunk of closureOf(start, chunks))
      for (const [id, { renderedLength }] of Object.entries(chunk.modules))
        if (renderedLength > 0 && !groups.has(id)) groups.set(id, name);
  }
  return (id) => groups.get(id) ?? null;
}

function closureOf(
  start: readonly OutputChunk[],
  chunks: ReadonlyMap<string, OutputChunk>,
): ReadonlySet<OutputChunk> {
  const found = new Set(start);
  // Iterating over a set includes items that are added meanwhile.
  for (const { imports } of found)
    for (const file of imports) {
      const chunk = chunks.get(file);
      if (chunk !== undefined) found.add(chunk);
    }
  return found;
}
