import type { PickedSelection } from './draft.ts';

/** The flags of `create` for this selection, as unquoted words of a command line. */
export function selectionWords(selection: PickedSelection): readonly string[] {
  const { mediaIds, renditionIds, transcripts, transcriptFormats, languages } = selection;
  const scalar = (flag: string, value: string | null) => (value === null ? [] : [flag, value]);
  return [
    ...mediaIds.flatMap((id) => ['-m', id]),
    ...renditionIds.flatMap((id) => ['-r', id]),
    ...transcripts.flatMap(({ id, format }) => ['-t', `${id}:${format}`]),
    ...(transcriptFormats.length === 0 ? [] : ['--transcripts', transcriptFormats.join(',')]),
    ...languages.flatMap((code) => ['--language', code]),
    ...(selection.transcriptsOnly ? ['--transcripts-only'] : []),
    ...scalar('--title', selection.title),
    ...scalar('--description', selection.description),
    ...scalar('--expires', selection.expires),
  ];
}
