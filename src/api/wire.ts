/**
 * The objects of the Streamdiver API, as its public pages document them. docs/openapi.yaml has the same in OpenAPI, and
 * a test compares the two. Only `id` is guaranteed: the client parses everything else defensively. The sandbox imports
 * only these types.
 */

export type TranscriptFormat = 'txt' | 'srt' | 'json';

export interface TranscriptSelection {
  id: string;
  format: TranscriptFormat;
}

/** Body of `POST /v2/downloads`. */
export interface CreateDownloadBody {
  title?: string;
  description?: string;
  selectedMediaIds?: string[];
  selectedRenditionIds?: string[];
  selectedTranscripts?: TranscriptSelection[];
  /** UTC date-time such as `2025-12-31T23:59:59Z`. */
  expires?: string;
}

export interface DownloadFile {
  url: string;
  /** Bytes. */
  size: number;
  mimeType: string;
}

/** A download package. Documented statuses are `preparing` and `ready`. */
export interface DownloadPackage {
  id: string;
  status: string;
  compressed?: boolean;
  title?: string;
  description?: string;
  created?: string;
  expires?: string;
  files?: DownloadFile[] | null;
}

export interface Rendition {
  id: string;
  name?: string;
  mimeType?: string;
  /** Bytes. */
  size?: number;
}

export interface MediaAsset {
  id: string;
  name: string;
  description?: string;
  type?: 'video' | 'audio' | 'image' | 'document';
  /** Seconds. */
  duration?: number;
  tags?: string[];
  created?: string;
  renditions?: Rendition[];
}

export interface Transcript {
  id: string;
  /** The tenant's own code, such as `de-v2`. */
  languageCode: string;
}

/** Response of the token endpoint: plain OAuth 2.0, not JSend. */
export interface TokenResponse {
  access_token: string;
  token_type?: string;
  /** Seconds. */
  expires_in?: number;
}

export interface TokenRefusal {
  error: string;
  error_description?: string;
}

/** The JSend envelope of all other responses. */
export interface Envelope<Data> {
  status?: 'success' | 'fail' | 'error';
  data?: Data;
  message?: string;
}
