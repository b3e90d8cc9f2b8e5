import { ADM_ZIP } from './adm-zip.ts';
import { ARCHIVER, ARCHIVER_5, ZIP_STREAM } from './archiver.ts';
import { CLIENT_ZIP } from './client-zip.ts';
import { FFLATE } from './fflate.ts';
import { JSZIP } from './jszip.ts';
import type { Packer } from './packer.ts';
import { YAZL } from './yazl.ts';
import { ZIP_JS } from './zip-js.ts';

/** The packers that `npm ci` installs. */
export const NPM_PACKERS: readonly Packer[] = [
  ARCHIVER_5,
  ARCHIVER,
  ZIP_STREAM,
  YAZL,
  CLIENT_ZIP,
  FFLATE,
  JSZIP,
  ADM_ZIP,
  ZIP_JS,
];
