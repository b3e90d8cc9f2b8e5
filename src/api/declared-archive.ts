const ZIP_TYPE = /^(application|multipart)\/(x-)?zip(-compressed)?$/;
/** Generic types that do not describe the content. */
const NO_TYPE = /^(application|binary)\/(x-)?(octet-stream|binary|download|force-download)$/;

/** The description of a file in a package. */
export interface DeclaredContent {
  readonly mimeType: string | null;
  readonly isCompressed: boolean | null;
  readonly name: string | null;
}

/** Whether the service describes the file as a zip archive. */
export function isArchiveDeclared({ mimeType, isCompressed, name }: DeclaredContent): boolean {
  const type = mimeType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (ZIP_TYPE.test(type)) return true;
  if (type !== '' && !NO_TYPE.test(type)) return false;
  return isCompressed === true || /\.zip$/i.test(name ?? '');
}
